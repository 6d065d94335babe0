using Akka.Actor;
using WasmActors.Actors.Messages;
using WasmActors.Functions.Api;
using static WasmActors.Functions.Calls.FunctionProtocol;

namespace WasmActors.Functions.Sessions;

/// <summary>
/// Holds a call back until this node knows as much of the catalogue as the call's sender: otherwise a node that has
/// just joined, or hears of a deployment a moment later than another, would not know the function.
/// </summary>
internal static class CatalogueWait
{
    /// <summary>Delivers the call to an actor when the node knows enough, or answers the caller when the call's time is
    /// over.</summary>
    internal static async Task DeliverAsync(FunctionRuntime runtime, Invoke call, IActorRef caller, IActorRef to)
    {
        using var over = new CancellationTokenSource(call.Time.Left, runtime.Clock);
        try
        {
            await runtime.Catalogue.Known.WaitAsync(over.Token).ConfigureAwait(false);
            await runtime.Catalogue.ReachAsync(call.Revision, over.Token).ConfigureAwait(false);
            to.Tell(call, caller);
        }
        catch (OperationCanceledException)
        {
            caller.Tell(
                new Failed(call.Id, new WasmFailure(FunctionErrorCode.CatalogueUnavailable, $"The node that carries the call out did not hear of the catalogue's revision {call.Revision} in the call's time: it did not run.")),
                to);
        }
    }
}
