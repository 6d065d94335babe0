using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Interop.Abi;
using WasmActors.Runtime.Interop.Machine;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Stores;

// How calls nest: a guest calls a host function, which calls a guest, and so on. Each level has a deadline, a signal for
// cancellation, and, while a host function runs, a caller.
public sealed partial class WasmStore
{
    private readonly long _defaultDuration;

    // As deep as it has been: most stores never nest, and there may be very many of them.
    private HostCaller[] _callers = [];
    private Level[] _levels = new Level[1];
    private int _callDepth;
    private int _active;
    private int _callerDepth;
    private int _parked;
    private long _lastCallerSerial;
    private long _deadline = long.MaxValue;
    private Exception? _pending;

    /// <summary>The last host function that returned references: Wasmtime checks them after that, and does not say whose they were.</summary>
    internal HostFunc? LastReturned { get; set; }

    /// <summary>The timestamp at which a call that begins now must be done, by the store's own limit.</summary>
    internal long DefaultDeadline() => Engine.EpochClock.After(_defaultDuration);

    /// <summary>The innermost work that is paused or runs on a stack of its own; null for none.</summary>
    internal GuestCall? Innermost { get; private set; }

    /// <summary>Guests that are on stacks of Wasmtime's, one below the other.</summary>
    internal int LiveFibers { get; set; }

    /// <summary>Whether a guest that is called now runs in slices: not below a host function, whose frames cannot be left.</summary>
    internal bool PausesGuests => IsPreemptive && _active == 0 && !StackRegion.IsHere;

    /// <summary>Whether the guest that runs can be left here: it is on a stack of its own, without a host function on it.</summary>
    internal bool CanPauseHere => _active == 1 && Innermost is not null;

    /// <summary>Whether a guest that is called now nests on a stack that Wasmtime can leave, below a host function. Wasmtime refuses all work
    /// there but calls with numbers, unless it gets a stack of its own.</summary>
    internal bool NestsOnFiber => _active > 0 && Innermost is not null && Engine.NoFibers is null;

    /// <summary>Whether even calls with numbers need a stack of their own there: Wasmtime lets go when it collects the guest's heap, and
    /// would leave the host function's frames.</summary>
    internal bool NestsApart => UsesGuestHeap && NestsOnFiber;

    /// <summary>Whether Wasmtime takes calls only on stacks that it can leave: since the first import that is answered later.</summary>
    internal bool NeedsFutures { get; private set; }

    /// <summary>Whether the store's functions can hold references into its heap.</summary>
    internal bool UsesGuestHeap { get; set; }

    /// <summary>
    /// Whether work that nests in a waiting guest must run with that guest's frames below it: Wasmtime finds the references of the
    /// stack that runs, not those of a stack that was left, and would free what the waiting guest holds.
    /// </summary>
    internal bool NestsOnWaiting => UsesGuestHeap && Engine.NoFibers is null && Innermost?.Import is not null;

    /// <summary>Throws where the guest's heap may be collected while references on a stack that was left are not seen.</summary>
    internal void RequireHeap()
    {
        if (_active == 0 && Innermost is not null && Engine.NoFibers is null)
        {
            throw new WasmError(ErrorCode.StoreInUse, "The guest's heap cannot be used from outside while a guest of the store is paused: wait for its call.");
        }
    }

    /// <summary>From here on guests may call imports that are answered later.</summary>
    /// <exception cref="WasmError"><c>link.needs_preemptive</c></exception>
    internal void UseServed()
    {
        if (_mode == ExecutionMode.Direct)
        {
            throw new WasmError(
                ErrorCode.NeedsPreemptive,
                "An import that is answered later needs guests that can be paused, and the store is direct: leave StoreOptions.Mode automatic, or set it to preemptive.");
        }

        _usesServed = true;
        NeedsFutures |= Engine.NoFibers is null;
    }

    /// <summary>Begins a step of work on a stack of its own.</summary>
    internal StepScope BeginStep()
    {
        if (StackRegion.IsHere)
        {
            throw new WasmError(ErrorCode.CannotWait, "A guest that is paused cannot be gone back to from a host function that runs on another guest's stack: step it from outside.");
        }

        Engine.EpochClock.StoreEntered();
        _active++;
        Native.wasmtime_context_set_epoch_deadline(Context, 1);
        return new StepScope(this);
    }

    /// <summary>Throws unless the work is the innermost: what nests in it must end first.</summary>
    internal void RequireInnermost(GuestCall call)
    {
        if (!ReferenceEquals(Innermost, call) || _active > 0)
        {
            throw new WasmError(ErrorCode.StoreInUse, "Other work of the store nests in this one: step it to its end first.");
        }
    }

    /// <summary>Throws while a guest is left in the middle of a slice: only one that waits for an import can have others nest in it.</summary>
    internal void RequireNestable()
    {
        if (Innermost is { Import: null })
        {
            throw new WasmError(ErrorCode.StoreInUse, "A guest of the store is in the middle of its work: step it to its end, or to an import that waits, first.");
        }
    }

    internal void PushGuest(GuestCall call)
    {
        call.Outer = Innermost;
        Innermost = call;
    }

    internal void PopGuest(GuestCall call)
    {
        Innermost = call.Outer;
        call.Outer = null;
    }

    /// <summary>A guest waits: who steps it gets the import to answer.</summary>
    internal ParkedImport Park(ServedFunc func, Val[] arguments, nint caller, nint results, nint trap)
    {
        var call = Innermost!;
        _parked++;
        (call.ImportResults, call.ImportTrap) = (results, trap);
        return call.Import = new ParkedImport(this, func, arguments, PushCaller(caller));
    }

    /// <summary>The guest waits no longer.</summary>
    internal void Unpark(GuestCall call)
    {
        call.Import = null;
        PopCaller();
        _parked--;
    }

    /// <summary>Begins a call level. The store must have been entered.</summary>
    /// <param name="deadline">Timestamp; never later than that of the level above.</param>
    /// <param name="signal">Who may cancel; the level above may too.</param>
    /// <param name="isApart">Whether the guest gets a stack of its own.</param>
    internal CallLevel BeginLevel(long deadline, ICallSignal? signal, bool isApart)
    {
        if (_active == 0)
        {
            Engine.EpochClock.StoreEntered();
            if (NeedsFutures)
            {
                throw new WasmError(ErrorCode.CannotWait, "A store with imports that are answered later cannot be called from a host function that runs on another guest's stack: call it through its actor.");
            }

            RequireNestable();
            RequireStackForGuest();
        }
        else
        {
            RequireRoomToNest(isApart);
        }

        PushLevel(deadline, signal);
        _active++;
        Native.wasmtime_context_set_epoch_deadline(Context, 1);
        return new CallLevel(this);
    }

    /// <summary>Begins a level that lasts over many steps, until <see cref="PopLevel"/>.</summary>
    internal void PushLevel(long deadline, ICallSignal? signal)
    {
        if (_callDepth == _levels.Length)
        {
            GrowLevels();
        }

        ref Level level = ref _levels[_callDepth++];
        level.Signal = signal;
        level.OuterDeadline = _deadline;
        _deadline = Math.Min(_deadline, deadline);
    }

    private void GrowLevels()
    {
        if (_callDepth >= Limits.CallDepth)
        {
            throw TooDeep($"{Limits.CallDepth} may be (StoreLimits.CallDepth)");
        }

        Array.Resize(ref _levels, Math.Min(_levels.Length * 2, Limits.CallDepth));
    }

    internal void PopLevel()
    {
        ref Level level = ref _levels[--_callDepth];
        level.Signal = null;
        _deadline = level.OuterDeadline;
    }

    /// <summary>Makes another thread the store's user; the answer is who was.</summary>
    internal int HandOver(int thread)
    {
        int owner = Use.Thread;
        Volatile.Write(ref Use.Thread, thread);
        return owner;
    }

    /// <summary>Keeps what a host function failed with, until the call that ran it returns.</summary>
    internal void SetPending(Exception failure) => _pending = failure;

    /// <summary>The failure of a native call as the user sees it; null when it succeeded.</summary>
    internal WasmException? FailureOf(nint error, nint trap)
    {
        if ((error | trap) == 0)
        {
            return null;
        }

        var pending = _pending;
        _pending = null;
        var taken = NativeError.Take(error, trap)!.Value;
        return FailureMapper.Map(taken with { Frames = Locate(taken.Frames) }, pending, this);
    }

    /// <summary>A host function begins; the answer identifies its caller until <see cref="PopCaller"/>.</summary>
    internal long PushCaller(nint caller)
    {
        if (_callerDepth == _callers.Length)
        {
            Array.Resize(ref _callers, Math.Max(1, _callers.Length * 2));
        }

        _callers[_callerDepth++] = new HostCaller(caller, ++_lastCallerSerial);
        return _lastCallerSerial;
    }

    internal void PopCaller() => _callerDepth--;

    /// <summary>Whether a thread is inside a host function that a guest of the store called. Asked by any thread; it may have changed since.</summary>
    internal bool IsInHostFunction => Volatile.Read(ref Use.Thread) != 0 && Volatile.Read(ref _callerDepth) > Volatile.Read(ref _parked);

    /// <summary>Enters the store for the caller of the innermost host function, if <paramref name="serial"/> means that one: by the
    /// thread that runs it, or by anybody who has the store while the function's guest waits for an import.</summary>
    /// <exception cref="WasmError"><c>caller.gone</c></exception>
    internal Entry EnterCaller(long serial, out nint caller)
    {
        int owner = Volatile.Read(ref Use.Thread);
        bool here = owner == Environment.CurrentManagedThreadId || (owner == 0 && !_disposed && Innermost?.Import is not null);
        if (!here || _callerDepth == 0 || _callers[_callerDepth - 1].Serial != serial)
        {
            throw new WasmError(
                ErrorCode.CallerGone,
                "The caller is valid only inside the host function that it was given to, on the same thread and while no nested call is running: copy what you need before you return.");
        }

        caller = _callers[_callerDepth - 1].Pointer;
        return Enter();
    }

    /// <summary>One level of calls on this stack; disposing it restores the level above.</summary>
    internal readonly ref struct CallLevel
    {
        private readonly WasmStore _store;

        internal CallLevel(WasmStore store) => _store = store;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Dispose()
        {
            _store._active--;
            _store.PopLevel();
        }
    }

    /// <summary>One step of work on a stack of its own.</summary>
    internal readonly ref struct StepScope
    {
        private readonly WasmStore _store;

        internal StepScope(WasmStore store) => _store = store;

        public void Dispose() => _store._active--;
    }

    /// <summary>Who may end the calls of a level, and the deadline of the level above.</summary>
    private struct Level
    {
        internal ICallSignal? Signal;
        internal long OuterDeadline;
    }

    /// <summary>A host function's caller, a <c>wasmtime_caller_t*</c>, and its number.</summary>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct HostCaller(nint Pointer, long Serial);
}
