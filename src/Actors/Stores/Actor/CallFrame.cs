using WasmActors.Actors.Dispatch;
using WasmActors.Actors.Messages;
using WasmActors.Actors.Requests;
using WasmActors.Runtime.Calls;

namespace WasmActors.Actors.Stores.Actor;

/// <summary>Holds one piece of work on a store's call stack: its guest, how far it is, and the import that it waits
/// for.</summary>
internal sealed class CallFrame
{
    private GuestCall? _call;
    private ImportWait? _wait;
    private Queue<StoreRequest>? _callerQueue;

    /// <summary>The work.</summary>
    internal StoreWork Work { get; private set; } = null!;

    /// <summary>Its number in the store.</summary>
    internal long Number { get; private set; }

    /// <summary>The waiting work that this one nests in; null for none.</summary>
    internal CallFrame? Outer { get; private set; }

    /// <summary>Timestamp at which it must be done; null for the store's limit.</summary>
    internal long? Deadline { get; set; }

    /// <summary>The guest; null while none is under way.</summary>
    internal GuestCall? Call
    {
        get => _call;
        set
        {
            _call = value;
            (Place, IsInLine) = (null, false); // each guest has its own
        }
    }

    /// <summary>The guest's place in the line for time slices; null until its first slice has ended.</summary>
    internal GuestPlace? Place { get; set; }

    /// <summary>Whether the guest waits in that line: it resumes when its place comes up, and not before.</summary>
    internal bool IsInLine { get; set; }

    /// <summary>How far a batch is; null for other work.</summary>
    internal BatchProgress? Batch { get; set; }

    /// <summary>Timestamp of the guest's first pause; 0 before.</summary>
    internal long PausedSince { get; set; }

    /// <summary>The wait for an import.</summary>
    internal ImportWait Wait => _wait ??= new ImportWait();

    /// <summary>Whether the guest waits for an import, or for time alone.</summary>
    internal bool IsWaiting => _wait is { IsActive: true };

    /// <summary>Requests of the answering side that arrived while a nested call was under way.</summary>
    internal Queue<StoreRequest> CallerQueue => _callerQueue ??= new Queue<StoreRequest>();

    internal bool HasCallerQueue => _callerQueue is { Count: > 0 };

    /// <summary>Takes up work.</summary>
    internal void Begin(StoreWork work, long number, CallFrame? outer)
    {
        Work = work;
        Number = number;
        Outer = outer;
        Deadline = null;
        PausedSince = 0;
        _wait?.Reset();
    }

    /// <summary>Ends the work, and returns it to be answered. The frame may serve other work.</summary>
    internal StoreWork End()
    {
        var work = Work;
        Work = null!;
        Call = null;
        Batch = null;
        Outer = null;
        Answered();
        return work;
    }

    /// <summary>Ends the wait for an import.</summary>
    internal void Answered() => _wait?.End();

    /// <summary>Returns the chain for calls that are made for the answer to the import.</summary>
    internal CallChain Chain(StoreCell cell) =>
        Wait.Chain ??= new CallChain(cell, Number, Outer is null ? Work.Joined : Outer.Chain(cell));
}
