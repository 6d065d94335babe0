using WasmActors.Actors.Mailboxes;
using WasmActors.Actors.Messages;
using WasmActors.Actors.Stores;
using WasmActors.Actors.Telemetry;
using WasmActors.Runtime.Failures;

namespace WasmActors.Actors.Requests;

/// <summary>Work for a store's actor: a command (<see cref="ICommandWork"/>) or a guest call
/// (<see cref="IGuestWork"/>). It is
/// started once and answered once.</summary>
internal abstract class StoreWork : Mail
{
    private CallChain? _joined;

    /// <summary>The store that executes the work.</summary>
    public StoreCell Cell { get; private protected set; } = null!;

    /// <summary>The calls that wait for the work; null for none.</summary>
    internal CallChain? Chain { get; set; }

    /// <summary>Records the work for listeners; null if nobody listens.</summary>
    internal CallRecord? Record { get; private protected set; }

    /// <summary>The command to execute; null for a guest call.</summary>
    internal virtual StoreProtocol.Command? Command => null;

    /// <summary>The function that the work calls, if it is known; for listeners.</summary>
    internal virtual ExternId? Function => (Command as StoreProtocol.Call)?.Func;

    /// <summary>The chain by which the work is part of the <see cref="WaitGraph"/>; null if it is not.</summary>
    internal CallChain? Joined => _joined;

    /// <summary>Starts the work on the store's actor. Returns false if the work was answered before.</summary>
    internal abstract bool TryTake();

    /// <summary>Answers the work with a failure.</summary>
    internal abstract void Fail(WasmException failure);

    /// <summary>Answers a command with its reply. Removes it from the <see cref="WaitGraph"/> before.</summary>
    internal void Answer(object reply)
    {
        Leave();
        ((ICommandWork)this).Reply(reply);
    }

    /// <summary>Answers the work with a failure. Removes it from the <see cref="WaitGraph"/> before.</summary>
    internal void FailWith(WasmException failure)
    {
        Leave();
        Fail(failure);
    }

    /// <summary>Adds the work to the <see cref="WaitGraph"/>. Returns false if that would close a circle.</summary>
    internal bool TryJoin(CallChain chain)
    {
        if (!WaitGraph.TryAdd(chain, Cell))
        {
            return false;
        }

        _joined = chain;
        return true;
    }

    /// <summary>Removes the work from the <see cref="WaitGraph"/>, before it is answered.</summary>
    internal void Leave()
    {
        if (_joined is { } chain)
        {
            _joined = null;
            WaitGraph.Remove(chain, Cell);
        }
    }
}
