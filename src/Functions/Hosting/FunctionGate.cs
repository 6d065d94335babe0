using Akka.Actor;
using WasmActors.Actors.Messages;
using WasmActors.Functions.Sessions;
using WasmActors.Functions.Stateless;
using WasmActors.Runtime.Failures;
using static WasmActors.Functions.Calls.FunctionProtocol;

namespace WasmActors.Functions.Hosting;

/// <summary>Where a node's calls from outside of the cluster come in: passes keyed ones on to the shard region, carries stateless ones out here.</summary>
internal sealed class FunctionGate : UntypedActor
{
    /// <summary>Its name among the top actors of each node.</summary>
    internal const string Name = "wasm-functions";

    // How long large outputs are kept for their caller to fetch them, which has its own deadline.
    private static readonly TimeSpan s_kept = TimeSpan.FromSeconds(30);

    private readonly FunctionRuntime _runtime;
    private readonly FunctionPools _pools;
    private readonly IActorRef _region;

    public FunctionGate(FunctionRuntime runtime, FunctionPools pools, IActorRef region)
    {
        _runtime = runtime;
        _pools = pools;
        _region = region;
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Invoke { Key: not null } call:
                _region.Forward(call);
                break;
            case Invoke call when !_runtime.Catalogue.Knows(call.Revision):
                _ = CatalogueWait.DeliverAsync(_runtime, call, Sender, Self);
                break;
            case Invoke call:
                _ = CarryAsync(call, Sender, Self);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    // Not on the actor's turn. Answers the caller, always.
    private async Task CarryAsync(Invoke call, IActorRef caller, IActorRef self)
    {
        object answer;
        try
        {
            call.Time.Take("it waited on its way: it did not run");
            var done = await _pools.CallAsync(call.Function, call.Export, call.Input, call.Time, call.Trace, CancellationToken.None).ConfigureAwait(false);
            answer = new Answered(call.Id, done with { Output = _runtime.Shelf.For(caller, done.Output, s_kept) });
        }
        catch (WasmException failure)
        {
            answer = Failed.From(call.Id, failure);
        }
        catch (Exception bug)
        {
            _runtime.Options.Logger.Error(bug, "A call of {Function} failed in the host", call.Function);
            answer = new Failed(call.Id, new WasmFailure(ErrorCode.EngineError, $"The host failed: {bug.GetType().Name}: {bug.Message}"));
        }

        caller.Tell(answer, self);
    }
}
