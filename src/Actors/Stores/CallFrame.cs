using WasmActors.Actors.Admission;
using WasmActors.Actors.Dispatch;
using WasmActors.Actors.Imports;
using WasmActors.Actors.Messages;
using WasmActors.Runtime.Calls;

namespace WasmActors.Actors.Stores;

/// <summary>A frame of a store's call stack: work that its actor has begun, its guest, and the import that it waits for.</summary>
internal sealed class CallFrame
{
    /// <summary>The command and who waits for it.</summary>
    internal StoreWork Work { get; private set; } = null!;

    /// <summary>Its number in the store.</summary>
    internal long Number { get; private set; }

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

    /// <summary>The guest's place in line for its next time slice; null while it has never outlived one.</summary>
    internal GuestPlace? Place { get; set; }

    /// <summary>Whether the guest waits there: it goes on when its place comes up, and not before.</summary>
    internal bool IsInLine { get; set; }

    /// <summary>How far a batch has come; null for other work.</summary>
    internal BatchProgress? Batch { get; set; }

    /// <summary>The waiting work that this one nests in; null for none.</summary>
    internal CallFrame? Outer { get; private set; }

    /// <summary>The import that is waited for; meaningless unless <see cref="IsWaiting"/>.</summary>
    internal ImportId Import { get; private set; }

    /// <summary>Who answers it; null while none is waited for, and for a guest that sleeps.</summary>
    internal ImportServer? Server { get; private set; }

    /// <summary>Timestamp by which it must be answered, or at which a guest that sleeps goes on.</summary>
    internal long ImportDeadline { get; private set; }

    /// <summary>Timestamp of the first pause, and of the import; 0 before.</summary>
    internal long PausedSince { get; set; }

    internal long WaitingSince { get; private set; }

    /// <summary>What the answering side asked for while a call of its own was under way.</summary>
    internal Queue<StoreRequest> CallerQueue => _callerQueue ??= new Queue<StoreRequest>();

    internal bool HasCallerQueue => _callerQueue is { Count: > 0 };

    internal bool IsWaiting => Server is not null || IsAsleep;

    /// <summary>Whether the guest waits for nothing but time.</summary>
    internal bool IsAsleep { get; private set; }

    private GuestCall? _call;
    private Queue<StoreRequest>? _callerQueue;
    private CallChain? _chain;
    private HostAdmission? _countedBy;

    internal void Begin(StoreWork work, long number, CallFrame? outer)
    {
        Work = work;
        Number = number;
        Outer = outer;
        Deadline = null;
        PausedSince = 0;
        Import = default;
    }

    /// <summary>The work is answered; the object may serve other work.</summary>
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

    /// <summary>The chain for calls that are made for the answer to the import that is waited for.</summary>
    internal CallChain Chain(StoreCell cell) => _chain ??= new CallChain(cell, Number, Outer is null ? Work.Joined : Outer.Chain(cell));

    /// <summary>The guest waits for an import, for its time only where nobody answers, and is counted as one that waits until then.</summary>
    internal void Wait(ImportServer? server, long deadline, long now, HostAdmission countedBy)
    {
        _countedBy = countedBy;
        IsAsleep = server is null;
        Import = new ImportId(Number, Import.Ordinal + 1);
        Server = server;
        ImportDeadline = deadline;
        WaitingSince = now;
    }

    /// <summary>The import is answered.</summary>
    internal void Answered()
    {
        Server = null;
        IsAsleep = false;
        _countedBy?.Unpark();
        _countedBy = null;
        if (_chain is { } chain)
        {
            chain.IsOver = true;
            _chain = null;
        }
    }
}
