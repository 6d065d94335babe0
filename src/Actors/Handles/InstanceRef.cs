using WasmActors.Actors.Messages;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Values;

namespace WasmActors.Actors.Handles;

/// <summary>An instance of a module in a store. Its exports are known at once: asking for them sends no message.</summary>
public sealed class InstanceRef
{
    // Made when they are asked for: of a module's many exports most users need few.
    private readonly ExternRef?[] _exports;

    internal InstanceRef(StoreRef store, int number, WasmModule module)
    {
        Store = store;
        Number = number;
        Module = module;
        _exports = new ExternRef?[module.Exports.Count];
    }

    /// <summary>The store that it is in.</summary>
    public StoreRef Store { get; }

    /// <summary>Its number in the store, from 1, as the protocol's commands take it.</summary>
    public int Number { get; }

    /// <summary>The module that it was made from.</summary>
    public WasmModule Module { get; }

    /// <summary>Name and handle of each export, in the module's order.</summary>
    public IReadOnlyList<KeyValuePair<string, ExternRef>> Exports => field ??=
        [.. Module.Exports.Select((export, index) => new KeyValuePair<string, ExternRef>(export.Name, Export(index)))];

    /// <summary>The export of that name, or null.</summary>
    public ExternRef? TryGetExport(string name)
    {
        int index = Module.ExportIndex(name);
        return index < 0 ? null : Export(index);
    }

    /// <summary>The export of that name.</summary>
    /// <exception cref="WasmError"><c>export.not_found</c></exception>
    public ExternRef GetExport(string name) => TryGetExport(name) ?? throw Module.NoExport(name);

    /// <summary>An exported function.</summary>
    /// <exception cref="WasmError"><c>export.not_found</c>, <c>export.wrong_kind</c></exception>
    public FuncRef GetFunc(string name) => Require<FuncRef>(name, ExternKind.Func);

    /// <summary>An exported function, or null where no function of that name is exported.</summary>
    public FuncRef? TryGetFunc(string name) => TryGetExport(name) as FuncRef;

    /// <summary>An exported memory; its usual name is the default.</summary>
    /// <exception cref="WasmError"><c>export.not_found</c>, <c>export.wrong_kind</c></exception>
    public MemoryRef GetMemory(string name = "memory") => Require<MemoryRef>(name, ExternKind.Memory);

    /// <summary>An exported table.</summary>
    /// <exception cref="WasmError"><c>export.not_found</c>, <c>export.wrong_kind</c></exception>
    public TableRef GetTable(string name) => Require<TableRef>(name, ExternKind.Table);

    /// <summary>An exported global.</summary>
    /// <exception cref="WasmError"><c>export.not_found</c>, <c>export.wrong_kind</c></exception>
    public GlobalRef GetGlobal(string name) => Require<GlobalRef>(name, ExternKind.Global);

    /// <summary>Runs a WASI command to its end.</summary>
    /// <returns>Its exit status, 0 when it returned without one.</returns>
    /// <exception cref="WasmException">It trapped, was interrupted, or is no command: <c>export.not_found</c>.</exception>
    public async ValueTask<int> RunCommandAsync(CallOptions options = default) =>
        (await Store.SendAsync<StoreProtocol.Exited>(new StoreProtocol.RunCommand(Number), options).ConfigureAwait(false)).Status;

    /// <summary>Restores the state of a new instance, before anything in it was called; without deltas, its changes are
    /// recorded from now on.</summary>
    /// <param name="deltas">What was captured, in that order, of an instance of the same module.</param>
    /// <param name="options">Time and cancellation.</param>
    /// <exception cref="WasmError"><c>state.unsupported</c>: the module was not rewritten by <c>StateRewriter</c>.
    /// <c>state.corrupt</c>: a delta is damaged, or of another module; the instance is of no use any more.</exception>
    public async ValueTask RestoreStateAsync(IReadOnlyList<ReadOnlyMemory<byte>> deltas, CallOptions options = default)
    {
        ArgumentNullException.ThrowIfNull(deltas);
        await Store.SendAsync<StoreProtocol.Done>(new StoreProtocol.RestoreState(Number, deltas), options).ConfigureAwait(false);
    }

    /// <summary>Captures what has changed since the state was captured, restored or rolled back last.</summary>
    /// <returns>The changes, as docs/state-format.md draws them; null if there are none.</returns>
    /// <exception cref="WasmError"><c>state.unsupported</c></exception>
    public async ValueTask<byte[]?> CaptureStateAsync(CallOptions options = default) =>
        (await Store.SendAsync<StoreProtocol.Captured>(new StoreProtocol.CaptureState(Number), options).ConfigureAwait(false)).Delta;

    /// <summary>Returns the whole state as one delta for a new instance of the same module.</summary>
    /// <exception cref="WasmError"><c>state.unsupported</c></exception>
    public async ValueTask<byte[]> SaveStateAsync(CallOptions options = default) =>
        (await Store.SendAsync<StoreProtocol.Captured>(new StoreProtocol.CaptureState(Number, Whole: true), options).ConfigureAwait(false)).Delta!;

    /// <summary>Rolls back to the state that was captured or restored last.</summary>
    /// <returns>False if that cannot be done in place: the instance is of no use any more, and its store is to be
    /// stopped.</returns>
    /// <exception cref="WasmError"><c>state.unsupported</c></exception>
    public async ValueTask<bool> RollBackStateAsync(CallOptions options = default) =>
        (await Store.SendAsync<StoreProtocol.RolledBack>(new StoreProtocol.RollBackState(Number), options).ConfigureAwait(false)).Value;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is InstanceRef other && Number == other.Number && Store.Equals(other.Store);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Store, Number);

    /// <inheritdoc/>
    public override string ToString() => $"store {Store.Id}: instance {Number} of {Module}";

    private ExternRef Export(int index) => _exports[index] ??= ExternRef.Create(Store, new ExternId(Number, index), Module.Exports[index].Type);

    private T Require<T>(string name, ExternKind kind)
        where T : ExternRef
        => GetExport(name) as T ?? throw new WasmError(
            ErrorCode.ExportWrongKind,
            $"'{GuestText.Clean(name, GuestText.NameLimit)}' is a {GetExport(name).Type.Kind.ToString().ToLowerInvariant()}, not a {kind.ToString().ToLowerInvariant()}.");
}
