using WasmActors.Actors.Messages;

namespace WasmActors.Actors.Imports;

/// <summary>
/// On behalf of which waiting guest code runs: it flows with a delegate that answers an import, so that calls which that delegate
/// makes carry the chain and end with the import's deadline without having to say so.
/// </summary>
/// <param name="Chain">The calls that wait.</param>
/// <param name="Deadline">Timestamp of the waiting store's clock by which the answer must come.</param>
internal sealed record ServedContext(CallChain Chain, long Deadline)
{
    private static readonly AsyncLocal<ServedContext?> s_current = new();

    /// <summary>That of the code that runs now; null outside of such delegates.</summary>
    internal static ServedContext? Current
    {
        get => s_current.Value;
        set => s_current.Value = value;
    }
}
