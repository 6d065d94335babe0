using Akka.Actor;
using WasmActors.Functions.Sessions;

namespace WasmActors.Functions.Keyed;

/// <summary>Makes the actor of one key. What is the same for all of them is made once.</summary>
internal sealed class KeyProps : Props
{
    private readonly FunctionRuntime _runtime;
    private readonly string _entityId;

    /// <param name="common">What is the same for all keys.</param>
    /// <param name="runtime">What the node runs functions with.</param>
    /// <param name="entityId">The function and the key, see <c>FunctionEntity</c>.</param>
    internal KeyProps(Props common, FunctionRuntime runtime, string entityId)
        : base(common)
    {
        _runtime = runtime;
        _entityId = entityId;
    }

    /// <summary>What is the same for all keys.</summary>
    internal static Props Common() => Create<KeyedFunction>().WithMailbox(KeyMailbox.Id);

    /// <inheritdoc/>
#pragma warning disable AK1000 // these are the Props
    public override ActorBase NewActor() => new KeyedFunction(_runtime, _entityId);
#pragma warning restore AK1000

    /// <inheritdoc/>
    protected override Props Copy() => new KeyProps(this, _runtime, _entityId);
}
