using Akka.Actor;
using WasmActors.Functions.Api;
using WasmActors.Runtime.Failures;

namespace WasmActors.Functions.Catalogue;

/// <summary>Has the cluster's one writer change the catalogue.</summary>
/// <param name="writer">The way to the writer.</param>
/// <param name="catalogue">What this node knows of the catalogue.</param>
internal sealed class CatalogueChanges(IActorRef writer, FunctionCatalogue catalogue)
{
    private static readonly TimeSpan s_answerTime = TimeSpan.FromSeconds(15);

    /// <summary>Makes a change. When it is done, this node knows of it.</summary>
    /// <param name="name">The function that is changed.</param>
    /// <param name="command">The change.</param>
    /// <param name="cancellation">Cancels the wait. The change may be made all the same.</param>
    /// <exception cref="WasmError"><c>catalogue.unavailable</c>, or what the writer rejected the change
    /// with.</exception>
    internal async Task<Deployment> MakeAsync(string name, CatalogueProtocol.Command command, CancellationToken cancellation)
    {
        object reply;
        try
        {
            reply = await writer.Ask<object>(command, s_answerTime, cancellation).ConfigureAwait(false);
        }
        catch (AskTimeoutException)
        {
            throw new WasmError(FunctionErrorCode.CatalogueUnavailable, $"The catalogue did not answer within {s_answerTime.TotalSeconds} s. Whether the change was stored will be seen in the list of functions.");
        }

        switch (reply)
        {
            case CatalogueProtocol.Accepted accepted:
                await ReachAsync(accepted.Revision, cancellation).ConfigureAwait(false);
                return new Deployment(name, accepted.Number, accepted.Revision);
            case CatalogueProtocol.Refused refused:
                throw refused.Failure.ToException();
            default:
                throw new InvalidOperationException($"The catalogue answered {reply.GetType().Name}.");
        }
    }

    private async Task ReachAsync(long revision, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(s_answerTime);
        try
        {
            await catalogue.ReachAsync(revision, patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new WasmError(FunctionErrorCode.CatalogueUnavailable, $"The change is stored as revision {revision}, but this node has not heard of it within {s_answerTime.TotalSeconds} s.");
        }
    }
}
