using Akka.Actor;
using WasmActors.Actors.Dispatch;
using WasmActors.Actors.Mailboxes;
using WasmActors.Actors.Messages;
using WasmActors.Actors.Passivation;
using WasmActors.Actors.Requests;
using WasmActors.Actors.Stores.Recipe;
using WasmActors.Actors.Stores.Supervision;
using WasmActors.Runtime.Failures;

namespace WasmActors.Actors.Stores.Actor;

/// <summary>
/// Owns one store: passes each message to the part that handles it. Commands execute in order, one at a time, and
/// each is answered exactly once. While a guest is paused, for its next time slice or for an import, read-only
/// commands and cancellations are handled at once.
/// </summary>
/// <remarks>
/// A trap is a reply. If the store cannot continue (an interrupted guest, a bug, a policy), every waiting call fails
/// with <c>store.lost</c> and the actor throws. Supervision then restarts it with a fresh store, when its policy
/// allows.
/// </remarks>
internal sealed class StoreActor : UntypedActor, ILiveStore
{
    private readonly StoreParts _parts;

    public StoreActor(StoreCell cell, StoreRecipe recipe, in StoreCreator creator) =>
        _parts = new StoreParts(Context, cell, recipe, creator);

    /// <inheritdoc/>
    public bool IsInHostFunction => _parts.Life.IsInHostFunction;

    /// <inheritdoc/>
    public bool IsPassive => _parts.Life.IsPassive;

    /// <inheritdoc/>
    public bool IsAtWork => _parts.Stack.Top is not null;

    /// <inheritdoc/>
    public long Begun => _parts.Stack.Begun;

    protected override void PreStart()
    {
        var cell = _parts.Cell;
        cell.Actor = Self;
        cell.Live = this;
        ((Context as ActorCell)?.Mailbox?.MessageQueue as StoreQueue)?.BelongTo(cell);
        if (Turn.Executor is { } executor)
        {
            cell.Host.RunsOn(executor);
        }

        _parts.Making.Begin();
    }

    protected override void PreRestart(Exception reason, object message)
    {
        _parts.Failures.FailAll(_parts.Failures.Lost(reason));
        End();
        if (!_parts.Cell.IsGone)
        {
            _parts.Making.ComeBack((reason as StoreBrokenException)?.InnerException ?? reason);
        }
    }

    protected override void PostStop()
    {
        var cell = _parts.Cell;
        cell.Live = null;
        cell.MarkGone("it was stopped");
        _parts.Failures.FailAll(cell.Gone());
        End();
        _parts.Reports.Stopped();
        _parts.Life.AnswerStoppers();
        cell.Ended();
    }

    protected override void OnReceive(object message)
    {
        Turn.Flush();
        switch (message)
        {
            case StoreRequest { IsForCaller: false } request:
                _parts.Intake.Take(request);
                break;
            case StoreRequest request:
                _parts.Imports.Callers.Take(request);
                break;
            case StoreProtocol.Command command:
                _parts.Intake.Take(new AskedCommand(_parts.Cell, command, Sender));
                break;
            case GuestPlace place:
                _parts.Runner.Resume(place);
                break;
            case ImportProtocol.ImportReturned returned:
                _parts.Imports.OnAnswer(returned.Id, returned.Results, null);
                break;
            case ImportProtocol.ImportTrapped trapped:
                _parts.Imports.OnAnswer(trapped);
                break;
            case Attend:
                _parts.Deadlines.OnAttend();
                break;
            case Passivate passivate:
                _parts.Life.OnPassivate(passivate);
                break;
            case Terminated terminated:
                _parts.Imports.OnServerGone(terminated.ActorRef);
                break;
            case StoreMaking.Remake remake:
                _parts.Making.OnRemake(remake);
                break;
            case StoreFailures.QueueAnswered:
                _parts.Failures.OnQueueAnswered();
                break;
            case LeavingStore:
                Context.Stop(Self);
                break;
            case HostProtocol.CreateStore or HostProtocol.GetStatus:
                Sender.Tell(new StoreProtocol.Failed(new WasmFailure(
                    ErrorCode.BadArguments,
                    $"{message.GetType().Name} is for the supervisor of stores (WasmHost.Supervisor), "
                    + "not for a store.")));
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void End()
    {
        _parts.Deadlines.Cancel();
        _parts.Making.Cancel();
        _parts.Life.Close();
    }
}
