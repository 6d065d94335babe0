using Akka.Actor;
using WasmActors.Actors.Messages;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Values;
using static WasmActors.Actors.Messages.ImportProtocol;

namespace WasmActors.Resilience.Protocol;

/// <summary>Answers imports with whatever comes: wrong results, failures with nothing in them, answers to other imports, and several at once.</summary>
internal sealed class OddServer : ReceiveActor
{
    public OddServer(int seed, Action<CallChain?> seen)
    {
        var random = new Random(seed);
        Receive<ImportCall>(call =>
        {
            seen(call.Options.Chain);
            Sender.Tell(new ImportReturned(new ImportId(call.Id.Call + 1, call.Id.Ordinal), [Val.I32(1)]));
            Sender.Tell(Answer(random, call));
            Sender.Tell(new ImportTrapped(call.Id, new WasmFailure("late", "A second answer."))); // dropped, unless the first was for no import
        });
    }

    private static object Answer(Random random, ImportCall call) => random.Next(10) switch
    {
        0 => new ImportReturned(call.Id, null!),
        1 => new ImportReturned(call.Id, [Val.F64(1)]),
        2 => new ImportReturned(call.Id, new Val[3_000]),
        3 => new ImportTrapped(call.Id, null!),
        4 => new ImportTrapped(call.Id, new WasmFailure(null!, null!) { Frames = null! }),
        5 => new ImportTrapped(call.Id, new WasmFailure(ErrorCode.StoreGone, "not yours") { Fate = StoreFate.Stopped }),
        6 => new ImportTrapped(call.Id, new WasmFailure(ErrorCode.DeadlineExceeded, "not yours") { TrapCode = TrapCode.Interrupt, Frames = [null!] }),
        7 => new ImportTrapped(call.Id, new WasmFailure("x", "y") { TrapCode = (TrapCode)9_999, ExitStatus = null, CauseType = "" }),
        8 => new ImportTrapped(call.Id, new WasmFailure("x", "y") { ExitStatus = random.Next() }),
        _ => call.Returned(random.Next()),
    };
}
