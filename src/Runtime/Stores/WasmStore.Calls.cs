using System.Runtime.CompilerServices;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Interop;

namespace WasmActors.Runtime.Stores;

// How calls nest: a guest calls a host function, which calls a guest, and so on. Each level has a deadline, a signal for
// cancellation, and, while a host function runs, a caller.
public sealed partial class WasmStore
{
    // Beyond the wasm stack itself: Wasmtime's own frames, the signal handler and a host function.
    private const int StackMargin = 256 * 1024;

    private readonly nint[] _callers = new nint[MaxCallDepth + 1];
    private readonly long[] _callerSerials = new long[MaxCallDepth + 1];
    private readonly long _defaultDuration;
    private readonly SignalSlot[] _signals = new SignalSlot[MaxCallDepth];
    private int _callDepth;
    private int _callerDepth;
    private long _lastCallerSerial;
    private long _deadline = long.MaxValue;
    private Exception? _pending;

    /// <summary>The last host function that returned references: Wasmtime checks them after that, and does not say whose they were.</summary>
    internal HostFunc? LastReturned { get; set; }

    /// <summary>The timestamp at which a call that begins now must be done, by the store's own limit.</summary>
    internal long DefaultDeadline() => Engine.EpochClock.After(_defaultDuration);

    /// <summary>Begins a call level. The store must have been entered.</summary>
    /// <param name="deadline">Timestamp; never later than that of the level above.</param>
    /// <param name="signal">Who may cancel; the level above may too.</param>
    internal CallLevel BeginLevel(long deadline, ICallSignal? signal)
    {
        if (_callDepth == 0)
        {
            Engine.EpochClock.StoreEntered();
            if (ThreadStack.Remaining < Engine.Settings.MaxWasmStackBytes + StackMargin)
            {
                throw new WasmError(
                    ErrorCode.StackTooSmall,
                    $"This thread has too little stack for a guest that may use {Engine.Settings.MaxWasmStackBytes} bytes of it: call from a thread with at least {(Engine.Settings.MaxWasmStackBytes + (2 * StackMargin)) / 1024} KiB, or lower EngineSettings.MaxWasmStackBytes.");
            }
        }
        else
        {
            if (_callDepth >= MaxCallDepth)
            {
                throw new WasmError(ErrorCode.TooDeep, $"Calls between host and guest are nested deeper than {MaxCallDepth} levels.");
            }

            if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
            {
                throw new WasmError(ErrorCode.StackTooSmall, "The thread's stack is nearly used up by host functions: nest or recurse less.");
            }
        }

        var level = new CallLevel(this, _deadline);
        _deadline = Math.Min(_deadline, deadline);
        _signals[_callDepth++].Signal = signal;
        Native.wasmtime_context_set_epoch_deadline(Context, 1);
        return level;
    }

    /// <summary>Called at each tick while a guest runs: the failure that ends it, or null to go on.</summary>
    internal WasmException? CheckInterrupt()
    {
        for (int i = 0; i < _callDepth; i++)
        {
            if (_signals[i].Signal?.Interruption is { } reason)
            {
                return reason == Interruption.Cancelled
                    ? new Trap(TrapCode.Interrupt, ErrorCode.Cancelled, "The call was cancelled while the guest was running.", [], null)
                    : new Trap(TrapCode.Interrupt, ErrorCode.DeadlineExceeded, "The guest was still running at the call's deadline.", [], null);
            }
        }

        return _deadline != long.MaxValue && Engine.EpochClock.Now >= _deadline
            ? new Trap(TrapCode.Interrupt, ErrorCode.DeadlineExceeded, "The guest was still running at the call's deadline.", [], null)
            : null;
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
        return FailureMapper.Map(NativeError.Take(error, trap)!.Value, pending, this);
    }

    /// <summary>A host function begins; the answer identifies its caller until <see cref="PopCaller"/>.</summary>
    internal long PushCaller(nint caller)
    {
        _callers[_callerDepth] = caller;
        _callerSerials[_callerDepth] = ++_lastCallerSerial;
        _callerDepth++;
        return _lastCallerSerial;
    }

    internal void PopCaller() => _callerDepth--;

    /// <summary>The native caller of the innermost host function, if <paramref name="serial"/> means that one and this thread runs it.</summary>
    internal nint CallerOf(long serial)
    {
        if (_owner != Environment.CurrentManagedThreadId || _callerDepth == 0 || _callerSerials[_callerDepth - 1] != serial)
        {
            throw new WasmError(
                ErrorCode.CallerGone,
                "The caller is valid only inside the host function that it was given to, on the same thread and while no nested call is running: copy what you need before you return.");
        }

        return _callers[_callerDepth - 1];
    }

    /// <summary>One level of calls; disposing it restores the level above.</summary>
    internal readonly ref struct CallLevel
    {
        private readonly WasmStore _store;
        private readonly long _outerDeadline;

        internal CallLevel(WasmStore store, long outerDeadline)
        {
            _store = store;
            _outerDeadline = outerDeadline;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Dispose()
        {
            _store._signals[--_store._callDepth] .Signal = null;
            _store._deadline = _outerDeadline;
        }
    }

    /// <summary>A signal in an array, spared the type check that storing a reference in an array costs.</summary>
    private struct SignalSlot
    {
        internal ICallSignal? Signal;
    }
}
