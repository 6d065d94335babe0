using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Interop.Machine;
using WasmActors.Runtime.Stores;

namespace WasmActors.Runtime.Calls;

/// <summary>
/// Runs a guest on a thread of its own, which stands still whenever the guest is paused: the same meaning as on a stack of
/// Wasmtime's, where those cannot be had, for a thread per guest. Work that nests in a waiting guest runs on that guest's thread.
/// </summary>
internal sealed class ThreadRun(GuestThreads threads) : GuestRun
{
    private GuestThread? _thread;
    private GuestCall? _call;
    private bool _owns;
    private bool _done;
    private WasmException? _failure;
    private WasmException? _dropped;
    private Exception? _bug;

    internal override void Begin(GuestCall call)
    {
        var outer = (call.Store.Innermost?.Stack as ThreadRun)?._thread;
        _owns = outer is null;
        _thread = outer ?? threads.Rent() ?? throw FailureMapper.NoStack(call.Store.Engine);
        (_call, _done, _failure, _dropped, _bug) = (call, false, null, null, null);
        _thread.Next = this;
    }

    internal override bool Advance(GuestCall call, out WasmException? failure)
    {
        Switch(call.Store);
        failure = _done ? _failure : null;
        if (!_done)
        {
            return false;
        }

        Leave();
        return _bug is null ? true : throw new InvalidOperationException($"A guest's thread broke: {GuestText.MessageOf(_bug)}", _bug);
    }

    internal override void Drop(GuestCall call, WasmException reason)
    {
        if (_thread is null)
        {
            return; // it broke
        }

        _dropped = reason;
        _thread.Next = _thread.Next == this ? null : _thread.Next; // it was never entered
        while (!_done && _thread.IsInside(this))
        {
            Switch(call.Store);
        }

        Leave();
    }

    /// <summary>On the guest's thread: its time slice is over. The answer says why it shall unwind; null to go on.</summary>
    internal WasmException? Pause()
    {
        Slice.End(_call!);
        _thread!.Stop();
        Slice.Begin(_call!);
        return _dropped;
    }

    /// <summary>On the guest's thread: waits for an import's answer.</summary>
    internal void PauseUntil(ParkedImport import)
    {
        while (!import.IsAnswered)
        {
            if (Pause() is not null)
            {
                return; // the import was abandoned with it
            }

            import.WakeIfDue();
        }
    }

    /// <summary>On the guest's thread: the work itself.</summary>
    internal void Run()
    {
        try
        {
            _call!.Store.EnterThread(isOutermost: _owns);
            _failure = _call.Run();
        }
        catch (WasmException refused)
        {
            _failure = refused;
        }
        catch (Exception bug)
        {
            _bug = bug; // for who steps it: here it would end the process
        }
        finally
        {
            _done = true;
        }
    }

    public override void Dispose()
    {
    }

    // The store belongs to the guest's thread until that stands still again.
    private void Switch(WasmStore store)
    {
        _thread!.IsLow |= SliceThread.Current is not null;
        int me = store.HandOver(_thread.Id);
        _thread.Go();
        store.HandOver(me);
    }

    private void Leave()
    {
        if (_owns)
        {
            threads.GiveBack(_thread!);
        }

        _thread = null;
        _call = null;
    }
}
