using Akka.Actor;
using Akka.Configuration;
using WasmActors.Functions.Api;
using WasmActors.Functions.Catalogue;
using WasmActors.Functions.Hosting;
using WasmActors.Host.Persistence;

namespace WasmActors.Functions.Tests.Support;

/// <summary>A writer of the catalogue in an actor system of its own, without a cluster: two of them are two nodes that
/// both believe to be the writer.</summary>
internal sealed class CatalogueWriter : IAsyncDisposable
{
    private static readonly TimeSpan s_answerTime = TimeSpan.FromSeconds(2);

    private readonly ActorSystem _system;
    private readonly IActorRef _actor;

    private CatalogueWriter(ActorSystem system, CatalogueWriterOptions options)
    {
        _system = system;
        system.ActorOf(Props.Create(() => new UndeliveredCalls())); // answers what a writer that ends leaves
        _actor = system.ActorOf(CatalogueSupervisor.Props(options));
    }

    /// <summary>Starts one.</summary>
    /// <param name="database">The database.</param>
    /// <param name="options">Changes the options.</param>
    /// <param name="settings">Akka settings over those of a host.</param>
    internal static CatalogueWriter Start(FunctionDatabase database, Func<CatalogueWriterOptions, CatalogueWriterOptions>? options = null, string settings = "") =>
        new(StartSystem(database, settings), (options ?? (static o => o))(new CatalogueWriterOptions(TimeProvider.System, Serilog.Core.Logger.None, 100_000)));

    /// <summary>Starts an actor system with a host's settings and no cluster.</summary>
    internal static ActorSystem StartSystem(FunctionDatabase database, string settings = "") => ActorSystem.Create("writer", ConfigurationFactory
        .ParseString(settings)
        .WithFallback(ConfigurationFactory.ParseString("akka { actor.provider = local, stdout-loglevel = OFF, loglevel = OFF }"))
        .WithFallback(database.JournalConfig())
        .WithFallback(FunctionHost.DefaultConfig()));

    /// <summary>What the writer answers.</summary>
    internal Task<object> AskAsync(object command) => _actor.Ask<object>(command, Expect.Patience);

    /// <summary>The revision under which a command is stored.</summary>
    internal async Task<long> AcceptedAsync(CatalogueProtocol.Command command) => Assert.IsType<CatalogueProtocol.Accepted>(await AskAsync(command)).Revision;

    /// <summary>The failure that a command is rejected with.</summary>
    internal async Task<string> RejectedAsync(CatalogueProtocol.Command command)
    {
        var failure = Assert.IsType<CatalogueProtocol.Refused>(await AskAsync(command)).Failure;
        Assert.Equal(FunctionErrorCode.CatalogueUnavailable, failure.Code);
        return failure.Message;
    }

    /// <summary>The catalogue as it follows from what the writer sends.</summary>
    internal async Task<FunctionCatalogue> CatalogueAsync()
    {
        var catalogue = new FunctionCatalogue();
        var catchUp = new CatalogueCatchUp(catalogue);
        using var patience = new CancellationTokenSource(Expect.Patience);
        bool more = true;
        while (more)
        {
            // While it starts, it rejects messages, and it loses them if the start fails.
            object answer = await _actor.Ask<object>(catchUp.Ask(), s_answerTime, patience.Token).ContinueWith(static t => t.IsCompletedSuccessfully ? t.Result : t, TaskScheduler.Default);
            patience.Token.ThrowIfCancellationRequested();
            more = answer is not CatalogueProtocol.Changes changes || catchUp.Take(changes);
        }

        return catalogue;
    }

    public async ValueTask DisposeAsync() => await Expect.SoonAsync(_system.Terminate());
}
