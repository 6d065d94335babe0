using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Interop.Abi;
using WasmActors.Runtime.Interop.Machine;

namespace WasmActors.Runtime.Interop.Bridges;

/// <summary>Runs a guest on a stack of Wasmtime's, on whichever thread steps it.</summary>
/// <remarks>No managed frame is on that stack while the guest is left: it yields in the epoch callback's return and parks in an
/// import's, and never while a host function is on it.</remarks>
internal sealed class FiberRun : GuestRun
{
    private readonly FutureFrame _frame = new();
    private nint _future;
    private int _depth;

    internal override void Begin(GuestCall call)
    {
        call.Store.RequireStack();
        _future = call.BeginFuture(_frame);
        _depth = call.Store.LiveFibers++;
    }

    internal override bool Advance(GuestCall call, out WasmException? failure)
    {
        Slice.Begin(call);
        while (true)
        {
            StackPool.SetDepth(_depth);
            if (Native.wasmtime_call_future_poll(_future) == 0)
            {
                Slice.End(call);
                failure = null;
                return false;
            }

            Delete();
            failure = TakeFailure(call);
            if (failure is not null || !call.EndFuture(_frame))
            {
                call.Store.LiveFibers--;
                return true;
            }

            try
            {
                _future = call.BeginFuture(_frame);
            }
            catch (WasmException refused)
            {
                // The next part of the work could not be begun: it ends here.
                call.Store.LiveFibers--;
                failure = refused;
                return true;
            }
        }
    }

    /// <summary>Runs to the end on this stack, where nothing may be paused: another guest's frames lie below.</summary>
    internal WasmException? RunToEnd(GuestCall call)
    {
        Begin(call);
        WasmException? failure;
        while (!Advance(call, out failure))
        {
            // Not a slice's end, for there is none here: Wasmtime lets go now and then by itself, when it collects its heap.
        }

        return failure;
    }

    internal override void Drop(GuestCall call, WasmException reason)
    {
        Delete();
        call.Store.LiveFibers--;
        TakeFailure(call);
    }

    public override void Dispose() => _frame.Dispose();

    private unsafe WasmException? TakeFailure(GuestCall call)
    {
        (nint error, nint trap) = (*_frame.Error, *_frame.Trap);
        (*_frame.Error, *_frame.Trap) = (0, 0);
        return call.Store.FailureOf(error, trap) is { } failure ? call.Explain(failure) : null;
    }

    private void Delete()
    {
        // None where something threw between two parts of the work.
        nint future = _future;
        _future = 0;
        if (future != 0)
        {
            Native.wasmtime_call_future_delete(future);
        }
    }
}
