using Akka.Actor;
using WasmActors.Actors.Messages;
using WasmActors.Actors.Stores;
using WasmActors.Actors.Telemetry;
using WasmActors.Runtime.Failures;

namespace WasmActors.Actors.Requests;

/// <summary>
/// A command that came as a message. The store's actor answers it once. If a guest does not return by the deadline,
/// the sweeper answers it instead.
/// </summary>
internal sealed class AskedCommand : StoreWork, ICommandWork
{
    private readonly IActorRef _sender;
    private int _answered;

    internal AskedCommand(StoreCell cell, StoreProtocol.Command command, IActorRef sender)
    {
        Cell = cell;
        Command = command;
        Chain = command.Chain;
        _sender = sender;
        if (CallMetrics.IsListening && CallKind.Of(command) is { } kind)
        {
            Record = new CallRecord().Begin(cell, kind, command.Trace);
        }
    }

    internal override StoreProtocol.Command Command { get; }

    /// <summary>Timestamp by which the guest must return; <see cref="long.MaxValue"/> for never.</summary>
    internal long Deadline { get; set; } = long.MaxValue;

    internal bool IsAnswered => Volatile.Read(ref _answered) != 0;

    internal override bool TryTake()
    {
        Cell.CommandTaken();
        Record?.Taken();
        return true;
    }

    internal override void Fail(WasmException failure) => Reply(StoreSession.Failed(Command, failure));

    public void Reply(object reply)
    {
        var failure = (reply as StoreProtocol.Failed)?.Failure;
        Record?.End(failure?.Code, failure?.Message);
        Tell(reply);
    }

    /// <summary>Answers the sender without the actor, which is still executing the command.</summary>
    internal void GiveUp(WasmException failure) => Tell(StoreSession.Failed(Command, failure));

    private void Tell(object reply)
    {
        if (Interlocked.Exchange(ref _answered, 1) == 0)
        {
            _sender.Tell(reply, Cell.Actor);
        }
    }
}
