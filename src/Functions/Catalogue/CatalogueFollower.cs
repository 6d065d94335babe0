using Akka.Actor;
using static WasmActors.Functions.Catalogue.CatalogueProtocol;

namespace WasmActors.Functions.Catalogue;

/// <summary>Keeps a node's <see cref="FunctionCatalogue"/> up to date: follows the writer, wherever it is, and asks
/// again for what got lost.</summary>
internal sealed class CatalogueFollower : UntypedActor, IWithTimers
{
    private static readonly TimeSpan s_unknown = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_known = TimeSpan.FromSeconds(2);

    private readonly IActorRef _writer;
    private readonly FunctionCatalogue _catalogue;
    private readonly CatalogueCatchUp _catchUp;
    private int _unanswered;

    public CatalogueFollower(IActorRef writer, FunctionCatalogue catalogue)
    {
        _writer = writer;
        _catalogue = catalogue;
        _catchUp = new CatalogueCatchUp(catalogue);
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart() => Ask();

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Changes changes:
                _unanswered = 0;
                if (_catchUp.Take(changes))
                {
                    Ask();
                }

                break;
            case AskAgain:
                Ask();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    // Each repetition costs the writer an answer of up to half a MiB, so they become fewer while it is busy.
    private void Ask()
    {
        _writer.Tell(_catchUp.Ask());
        var unknown = s_unknown * (1 << Math.Min(_unanswered++, 3));
        Timers.StartSingleTimer(nameof(AskAgain), AskAgain.Instance, _catalogue.Known.IsCompleted ? s_known : unknown);
    }

    private sealed class AskAgain : INoSerializationVerificationNeeded
    {
        internal static AskAgain Instance { get; } = new();
    }
}
