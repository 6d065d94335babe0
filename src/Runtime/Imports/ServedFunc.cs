using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Values;
using WasmActors.Runtime.Wasi;

namespace WasmActors.Runtime.Imports;

/// <summary>
/// A function that guests may call and that is answered later, by somebody else: the call parks until then and holds no thread. It
/// belongs to no store; one definition serves any number of them.
/// </summary>
/// <remarks>Only guests that can be paused can call it, see <see cref="ExecutionMode"/>.</remarks>
public sealed class ServedFunc
{
    /// <summary>Defines a function that is answered later.</summary>
    /// <param name="module">First name of the import that it is for; may be empty.</param>
    /// <param name="name">Second name.</param>
    /// <param name="type">The type that guests see.</param>
    /// <param name="server">Who answers: for whoever steps the call, who gets it back through <see cref="ParkedImport.Func"/>.</param>
    /// <exception cref="WasmError"><c>host.bad_signature</c>: the type has more than 1,000 parameters or results.</exception>
    public ServedFunc(string module, string name, FuncType type, object? server = null)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(type);
        HostSignature.CheckCount(name, type);
        Module = module;
        Name = name;
        FullName = module.Length == 0 ? name : $"{module}::{name}";
        Type = type;
        Server = server;
    }

    /// <summary>First name of the import that it is for.</summary>
    public string Module { get; }

    /// <summary>Second name of the import that it is for.</summary>
    public string Name { get; }

    /// <summary>Both names: <c>module::name</c>.</summary>
    public string FullName { get; }

    /// <summary>Both names as messages show them, bounded and escaped: where a whole module is served, the guest chose the second.</summary>
    internal string ShownName => GuestText.Clean(FullName, GuestText.NameLimit);

    /// <summary>The type that guests see.</summary>
    public FuncType Type { get; }

    /// <summary>Who answers, as given.</summary>
    public object? Server { get; }

    /// <summary>For a function of WASI that waits, which nobody answers but time or standard input: begins the wait; else null.</summary>
    internal Func<WasmCaller, IReadOnlyList<Val>, WasiWait>? Begin { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{ShownName} {Type}";
}
