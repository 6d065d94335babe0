using Akka.Actor;
using WasmActors.Actors.Messages;
using WasmActors.Functions.Api;
using WasmActors.Functions.Sessions;
using static WasmActors.Functions.Calls.FunctionProtocol;

namespace WasmActors.Functions.Keyed;

// A call is executed and answered beside the actor. A node that may have lost its keys withholds answers until it has
// heard from its cluster.
internal sealed partial class KeyedFunction
{
    private static readonly WasmFailure s_silent =
        new(FunctionErrorCode.Moved, "The key's node has not heard from a majority of its cluster, so the key may work on another node by now: the call was not begun. Send it again.");

    // Not on the actor's turn, but for what fails at once.
    private async Task CarryAsync(KeyedCall call, FunctionSession? session, FunctionEntry entry, IActorRef self, CancellationToken graceOver)
    {
        var carrying = call.CarryAsync(_runtime, session, entry, graceOver);
        bool atOnce = carrying.IsCompleted;
        var ended = await carrying.ConfigureAwait(false);
        self.Tell(ended, self); // first: whoever gets the answer may keep this thread for a while
        object answer = ended.Answer;
        if (ended.MayHaveRun && !_runtime.Lease.Holds)
        {
            atOnce = false;
            answer = await WithheldAsync(call, answer).ConfigureAwait(false);
        }

        if (atOnce)
        {
            call.Caller.Tell(answer, self);
        }
        else
        {
            _runtime.Router.Answer(call.Caller, answer, self);
        }
    }

    // The key may work on another node by now. If this one is still a member, its answer is right, and goes out when
    // that is known.
    private async Task<object> WithheldAsync(KeyedCall call, object answer)
    {
        if (await _runtime.Lease.HoldsAsync(call.Call.Time).ConfigureAwait(false))
        {
            return answer;
        }

        if (answer is Answered answered)
        {
            foreach (var payload in answered.Answer.Output.Payloads)
            {
                _runtime.Shelf.Release(payload);
            }
        }

        return Failed.From(call.Call.Id, _runtime.Lease.Withheld(_name, _key));
    }
}
