using WasmActors.Actors.Messages;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Values;

namespace WasmActors.Actors.Handles;

/// <summary>A global in a store.</summary>
public sealed class GlobalRef : ExternRef
{
    internal GlobalRef(StoreRef store, ExternId id, GlobalType type)
        : base(store, id, type)
    {
    }

    /// <summary>Its type.</summary>
    public new GlobalType Type => (GlobalType)base.Type;

    /// <summary>Its value.</summary>
    /// <exception cref="WasmError"><c>store.gone</c>, <c>call.busy</c>, <c>call.deadline_exceeded</c>, <c>call.cancelled</c></exception>
    public async ValueTask<Val> GetAsync(CancellationToken cancellation = default) =>
        (await Store.SendAsync<StoreProtocol.Value>(new StoreProtocol.GetGlobal(Id), null, cancellation).ConfigureAwait(false)).Content;

    /// <summary>Sets its value, a plain C# value or a <see cref="Val"/>.</summary>
    /// <exception cref="WasmError"><c>global.immutable</c>, <c>value.wrong_type</c>, and as <see cref="GetAsync"/>.</exception>
    public async ValueTask SetAsync(object? value, CancellationToken cancellation = default)
    {
        var content = HandleValues.Convert(value, Type.Content, "Value of a global");
        await Store.SendAsync<StoreProtocol.Done>(new StoreProtocol.SetGlobal(Id, content), null, cancellation).ConfigureAwait(false);
    }
}
