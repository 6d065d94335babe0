using System.Diagnostics;
using WasmActors.Actors.Imports;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Telemetry;
using WasmActors.Runtime.Values;

namespace WasmActors.Actors.Messages;

/// <summary>
/// What can be asked of a store's actor, each command beside its reply. Every command is answered exactly once: with
/// its reply, or with <see cref="Failed"/>. Handles send the same commands; <c>Ask</c> works too.
/// </summary>
public static class StoreProtocol
{
    /// <summary>A command to a store's actor.</summary>
    public abstract record Command
    {
        // A boxed context, which most commands have none of.
        private readonly object? _trace = RuntimeTelemetry.Source.HasListeners() ? Activity.Current?.Context : null;

        /// <summary>Time from the moment the actor takes the command until it must be done; null for the store's own
        /// limit.</summary>
        public TimeSpan? Within { get; init; }

        /// <summary>The calls that wait for this command, see <see cref="ImportProtocol.ImportCall.Options"/>; null for
        /// none.</summary>
        public CallChain? Chain { get; init; }

        /// <summary>The span that the command belongs to. Default: the one that is current where the command is made,
        /// if anybody listens to the library's spans.</summary>
        public ActivityContext Trace
        {
            get => _trace is ActivityContext trace ? trace : default;
            init => _trace = value == default ? null : value;
        }

        /// <summary>Its name: what it carries is not for logs.</summary>
        public sealed override string ToString() => GetType().Name;
    }

    /// <summary>Answers any command that did not succeed.</summary>
    public sealed record Failed(WasmFailure Failure);

    /// <summary>Answers a command that has nothing to tell but that it is done.</summary>
    public sealed record Done
    {
        /// <summary>The only one.</summary>
        public static Done Instance { get; } = new();
    }

    /// <summary>Instantiates a module; imports by name. Answered by <see cref="Instantiated"/>.</summary>
    public sealed record Instantiate(WasmModule Module, ImportMap Imports) : Command;

    /// <summary>Instantiates a module; imports in its import order. Answered by <see cref="Instantiated"/>.</summary>
    public sealed record InstantiateInOrder(WasmModule Module, IReadOnlyList<ExternId> Imports) : Command
    {
        private readonly ExternId[]? _imports = Imports?.ToArray();

        /// <summary>The imports in the module's import order, as they were when the command was made.</summary>
        public IReadOnlyList<ExternId> Imports => _imports!;
    }

    /// <summary>A new instance; its exports are named <c>(Instance, position)</c>.</summary>
    public sealed record Instantiated(int Instance);

    /// <summary>Calls a function. The arguments are copied when the command is made. Answered by <see
    /// cref="Returned"/>.</summary>
    public sealed record Call(ExternId Func, IReadOnlyList<Val> Arguments) : Command
    {
        private readonly Val[] _arguments = [.. Arguments];

        /// <summary>The arguments in order.</summary>
        public IReadOnlyList<Val> Arguments => _arguments;

        internal Val[] Values => _arguments;
    }

    /// <summary>A call's results.</summary>
    public sealed record Returned(Results Results)
    {
        /// <summary>Its name: what it carries is not for logs.</summary>
        public override string ToString() => nameof(Returned);
    }

    /// <summary>Makes calls one after the other; a failed one does not stop those after it. Answered by <see
    /// cref="BatchReturned"/>.</summary>
    public sealed record CallBatch(IReadOnlyList<Call> Calls) : Command
    {
        /// <summary>The calls in order, as they were when the command was made.</summary>
        public IReadOnlyList<Call> Calls => Copy!;

        internal Call[]? Copy { get; } = Calls?.ToArray();
    }

    /// <summary>A <see cref="Returned"/> or <see cref="Failed"/> for each call, in order.</summary>
    public sealed record BatchReturned(IReadOnlyList<object> Replies);

    /// <summary>Runs a WASI command (<c>_start</c>). Answered by <see cref="Exited"/>.</summary>
    public sealed record RunCommand(int Instance) : Command;

    /// <summary>A WASI command's exit status.</summary>
    public sealed record Exited(int Status);

    /// <summary>Makes a host function. Answered by <see cref="Created"/>.</summary>
    public sealed record CreateFunc(HostFunc Definition) : Command;

    /// <summary>Makes a function that is answered by an actor, by an async delegate or by another store. Answered by
    /// <see cref="Created"/>.</summary>
    public sealed record CreateServedFunc(ServedFunc Definition) : Command;

    /// <summary>Makes a memory. Answered by <see cref="Created"/>.</summary>
    public sealed record CreateMemory(MemoryType Type) : Command;

    /// <summary>Makes a table. Answered by <see cref="Created"/>.</summary>
    public sealed record CreateTable(TableType Type, Val? Initial) : Command;

    /// <summary>Makes a global. Answered by <see cref="Created"/>.</summary>
    public sealed record CreateGlobal(GlobalType Type, Val Value) : Command;

    /// <summary>What was made.</summary>
    public sealed record Created(ExternId Id);

    /// <summary>Reads memory. Answered by <see cref="Bytes"/>.</summary>
    public sealed record ReadMemory(ExternId Memory, long Address, int Length) : Command;

    /// <summary>Bytes read.</summary>
    public sealed record Bytes(ReadOnlyMemory<byte> Value);

    /// <summary>Writes memory. Answered by <see cref="Done"/>.</summary>
    public sealed record WriteMemory(ExternId Memory, long Address, ReadOnlyMemory<byte> Value) : Command;

    /// <summary>Asks for the length in bytes of a memory, or for the number of elements of a table. Answered by <see
    /// cref="Size"/>.</summary>
    public sealed record GetSize(ExternId Item) : Command;

    /// <summary>Grows a memory by pages. Answered by <see cref="Size"/>: pages before.</summary>
    public sealed record GrowMemory(ExternId Memory, long Pages) : Command;

    /// <summary>Grows a table by elements. Answered by <see cref="Size"/>: elements before.</summary>
    public sealed record GrowTable(ExternId Table, long Elements, Val? Initial) : Command;

    /// <summary>A size.</summary>
    public sealed record Size(long Value);

    /// <summary>Reads a table's element. Answered by <see cref="Value"/>.</summary>
    public sealed record GetElement(ExternId Table, long Index) : Command;

    /// <summary>Sets a table's element. Answered by <see cref="Done"/>.</summary>
    public sealed record SetElement(ExternId Table, long Index, Val Element) : Command;

    /// <summary>Reads a global. Answered by <see cref="Value"/>.</summary>
    public sealed record GetGlobal(ExternId Global) : Command;

    /// <summary>Sets a global. Answered by <see cref="Done"/>.</summary>
    public sealed record SetGlobal(ExternId Global, Val Content) : Command;

    /// <summary>A value.</summary>
    public sealed record Value(Val Content)
    {
        /// <summary>Its name: what it carries is not for logs.</summary>
        public override string ToString() => nameof(Value);
    }

    /// <summary>Asks for the type of an item. Answered by <see cref="TypeOf"/>.</summary>
    public sealed record GetExternType(ExternId Item) : Command;

    /// <summary>An item's type.</summary>
    public sealed record TypeOf(ExternType Type);

    /// <summary>Asks for the fuel that is left. Answered by <see cref="Fuel"/>.</summary>
    public sealed record GetFuel : Command;

    /// <summary>Sets the fuel that is left. Answered by <see cref="Done"/>.</summary>
    public sealed record SetFuel(ulong Value) : Command;

    /// <summary>Fuel that is left.</summary>
    public sealed record Fuel(ulong Value);

    /// <summary>Asks for the store's data. Answered by <see cref="Data"/>.</summary>
    public sealed record GetData : Command;

    /// <summary>Sets the store's data. Answered by <see cref="Done"/>.</summary>
    public sealed record SetData(object? Value) : Command;

    /// <summary>The store's data.</summary>
    public sealed record Data(object? Value)
    {
        /// <summary>Its name: what it carries is not for logs.</summary>
        public override string ToString() => nameof(Data);
    }

    /// <summary>Restores the state of an instance whose module <c>StateRewriter</c> has rewritten, before anything in
    /// it was called. Without deltas its changes are recorded from now on. Answered by <see cref="Done"/>.</summary>
    /// <param name="Instance">Its number in the store.</param>
    /// <param name="Deltas">What <see cref="Captured"/> had, in that order.</param>
    public sealed record RestoreState(int Instance, IReadOnlyList<ReadOnlyMemory<byte>> Deltas) : Command;

    /// <summary>Captures what has changed in an instance since its state was captured, restored or rolled back last.
    /// Answered by <see cref="Captured"/>.</summary>
    /// <param name="Instance">Its number in the store.</param>
    /// <param name="Whole">Whether the whole state is wanted, as one delta for a new instance.</param>
    public sealed record CaptureState(int Instance, bool Whole = false) : Command;

    /// <summary>A captured state.</summary>
    /// <param name="Delta">The changes, as docs/state-format.md draws them; null if there are none.</param>
    public sealed record Captured(byte[]? Delta)
    {
        /// <summary>Its name: what it carries is not for logs.</summary>
        public override string ToString() => nameof(Captured);
    }

    /// <summary>Rolls an instance back to the state that was captured or restored last. Answered by
    /// <see cref="RolledBack"/>.</summary>
    public sealed record RollBackState(int Instance) : Command;

    /// <summary>Whether the state was rolled back. If not, the instance is of no use any more.</summary>
    public sealed record RolledBack(bool Value);

    /// <summary>Collects the guest's heap. Answered by <see cref="Done"/>.</summary>
    public sealed record CollectGuestHeap : Command;

    /// <summary>Asks what the store is doing. Answered by <see cref="StoreStatus"/>, at once also while a guest is
    /// paused.</summary>
    public sealed record GetStatus : Command;

    /// <summary>Ends the store once what was sent before is done. Answered by <see cref="Done"/> when the store has
    /// gone.</summary>
    public sealed record Stop : Command;
}
