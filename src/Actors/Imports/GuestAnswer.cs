using Akka.Actor;
using WasmActors.Actors.Handles;
using WasmActors.Actors.Messages;
using WasmActors.Actors.Requests;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Values;
using static WasmActors.Actors.Messages.ImportProtocol;

namespace WasmActors.Actors.Imports;

/// <summary>Lets a function of another store answer one use of an import: a call of it, whose outcome is told to the waiting store.</summary>
internal sealed class GuestAnswer : StoreRequest, ICommandWork
{
    private readonly ImportId _id;
    private readonly IActorRef _waiting;
    private object? _answer;

    private GuestAnswer(StoreProtocol.Call call, ImportId id, IActorRef waiting)
    {
        Command = call;
        _id = id;
        _waiting = waiting;
        RequestSweeper.Watch(this);
    }

    internal override StoreProtocol.Command Command { get; }

    /// <summary>Sends the call.</summary>
    internal static void Ask(FuncRef function, IReadOnlyList<Val> arguments, ImportId id, CallerRef caller, IActorRef waiting)
    {
        try
        {
            foreach (var argument in arguments)
            {
                if (argument.ReferenceObject is ExternRef or WasmReference)
                {
                    throw new WasmError(ErrorCode.WrongStore, "A reference into one store cannot be passed to another: pass numbers, or an object of the host.");
                }
            }

            var cell = function.Store.Cell;
            var options = caller.Options;
            var request = new GuestAnswer(new StoreProtocol.Call(function.Id, arguments), id, waiting) { Chain = options.Chain };
            if (request.TrySend(cell, cell.DeadlineOf(options.Within), CancellationToken.None) is { } refusal)
            {
                waiting.Tell(new ImportTrapped(id, WasmFailure.From(refusal)), ActorRefs.NoSender);
            }
        }
        catch (WasmException refused)
        {
            waiting.Tell(new ImportTrapped(id, WasmFailure.From(refused)), ActorRefs.NoSender);
        }
    }

    public void Reply(object reply)
    {
        if (!TryFinish())
        {
            return;
        }

        _answer = reply is StoreProtocol.Returned returned
            ? new ImportReturned(_id, [.. returned.Results])
            : new ImportTrapped(_id, new WasmFailure(ErrorCode.EngineError, $"A call was answered with {reply.GetType().Name}."));
        Finish();
    }

    protected override void SetFailure(WasmException failure)
    {
        failure.Owner = Cell.Id;
        _answer = new ImportTrapped(_id, WasmFailure.From(failure));
    }

    protected override void Publish() => _waiting.Tell(_answer, ActorRefs.NoSender);
}
