using WasmActors.Functions.Catalogue;
using WasmActors.Functions.Tests.Support;
using WasmActors.Host.Persistence;
using WasmActors.Processes;
using static WasmActors.Functions.Catalogue.CatalogueProtocol;

namespace WasmActors.Functions.Tests.Catalogue;

/// <summary>Two writers at a time, as a pause, a partition or two hosts with one database make them.</summary>
public sealed class CatalogueFenceTests : IDisposable
{
    private static readonly TimeSpan s_never = TimeSpan.FromHours(1);

    private readonly TestDatabase _file = new();

    public void Dispose() => _file.Dispose();

    [Fact]
    public async Task A_writer_that_was_replaced_does_not_acknowledge_and_nothing_acknowledged_is_lost() =>
        await ReplaceAsync(await _file.OpenAsync());

    [SkippableFact]
    public async Task The_same_holds_on_PostgreSQL()
    {
        Skip.If(PostgresServer.MissingBecause is not null, PostgresServer.MissingBecause);
        await using var server = await PostgresServer.StartAsync();
        await ReplaceAsync(await FunctionDatabase.OpenAsync(DatabaseKind.PostgreSql, server.Connection));
    }

    [Fact]
    public async Task A_writer_that_was_replaced_answers_nothing_from_what_it_remembers()
    {
        var database = await _file.OpenAsync();
        await using var older = Start(database);
        Assert.Equal(1, await older.AcceptedAsync(Specs.Deploy("fib", 'a')));
        await using (var newer = Start(database))
        {
            Assert.Equal(2, await newer.AcceptedAsync(Specs.Deploy("fib", 'b')));
        }

        // For all that it remembers, version 1 is active: there is nothing to store.
        await older.RejectedAsync(Specs.Deploy("fib", 'a'));
        Assert.Equal(2, (await older.CatalogueAsync()).Find("fib")!.Active);
    }

    [Fact]
    public async Task A_writer_finds_out_that_it_was_replaced_without_a_command()
    {
        var database = await _file.OpenAsync();
        await using var older = Start(database, s_never, TimeSpan.FromMilliseconds(50));
        Assert.Equal(1, await older.AcceptedAsync(Specs.Deploy("one")));
        await using var newer = Start(database);
        Assert.Equal(2, await newer.AcceptedAsync(Specs.Deploy("two")));

        await Expect.ConditionAsync(async () => (await older.CatalogueAsync()).Find("two") is not null, "the older writer has read the journal again");
        Assert.Contains("another node", await older.RejectedAsync(Specs.Deploy("three")), StringComparison.Ordinal);
        Assert.Equal(3, await newer.AcceptedAsync(Specs.Deploy("three")));
    }

    [Fact]
    public async Task A_writer_whose_successor_is_silent_takes_over_again()
    {
        var database = await _file.OpenAsync();
        await using var older = Start(database, TimeSpan.Zero);
        Assert.Equal(1, await older.AcceptedAsync(Specs.Deploy("one")));
        await using var newer = Start(database);
        Assert.Equal(2, await newer.AcceptedAsync(Specs.Deploy("two")));

        await Expect.ConditionAsync(async () => await older.AskAsync(Specs.Deploy("three")) is Accepted { Revision: 3 }, "the older writer takes over");
        await newer.RejectedAsync(Specs.Deploy("four"));
        Assert.Equal(["one", "three", "two"], (await older.CatalogueAsync()).List().Select(e => e.Name), StringComparer.Ordinal);
        await AllAreThereAsync(database, "one", "three", "two");
    }

    [Fact]
    public async Task Two_hosts_with_one_database_lose_nothing()
    {
        var database = await _file.OpenAsync();
        var accepted = new List<string>();
        await using (var one = Start(database, TimeSpan.Zero))
        {
            await using var two = Start(database, TimeSpan.Zero);
            for (int i = 0; i < 40; i++)
            {
                string name = $"f{i}";
                if (await (i % 2 == 0 ? one : two).AskAsync(Specs.Deploy(name)) is Accepted)
                {
                    accepted.Add(name);
                }
            }
        }

        Assert.True(accepted.Count > 4, $"{accepted.Count} were accepted");
        await AllAreThereAsync(database, [.. accepted]);
        var revisions = (await CatalogueJournal.ReadAsync(database, _file.Path)).OfType<CatalogueEvent>().Select(e => e.Revision).ToList();
        Assert.Equal(revisions.Distinct(), revisions);
    }

    [Fact]
    public async Task A_journal_that_withholds_events_is_not_taken_for_whole()
    {
        var database = await _file.OpenAsync();
        await InterleaveAsync(database);

        var sink = new CollectingSink();
        await using (CatalogueWriter.Start(database, o => o with { Log = new Serilog.LoggerConfiguration().WriteTo.Sink(sink).CreateLogger() }, "akka.persistence.journal.sql.replay-filter.mode = repair-by-discard-old"))
        {
            await Expect.ConditionAsync(() => sink.Events.Any(e => e.Exception?.Message.Contains("replay-filter.mode = off", StringComparison.Ordinal) == true), "the writer says what to do");
        }

        await AllAreThereAsync(database, "one", "three", "two");
    }

    [Fact]
    public async Task A_journal_in_which_two_changes_have_one_revision_is_read_without_loss()
    {
        var database = await _file.OpenAsync();
        await CatalogueJournal.WriteAsync(database, Deployed(1, "one"), Deployed(2, "older"));
        await CatalogueJournal.WriteAsync(database, Deployed(2, "newer"));
        await CatalogueJournal.ExecuteAsync(_file.Path, "UPDATE journal SET writer_uuid = 'old' WHERE sequence_number < 2");

        var sink = new CollectingSink();
        await using (var writer = CatalogueWriter.Start(database, o => o with { Log = new Serilog.LoggerConfiguration().WriteTo.Sink(sink).CreateLogger() }))
        {
            Assert.Equal(["newer", "older", "one"], (await writer.CatalogueAsync()).List().Select(e => e.Name), StringComparer.Ordinal);
            await writer.AcceptedAsync(Specs.Deploy("last"));
        }

        Assert.Single(sink.Events, e => e.Level == Serilog.Events.LogEventLevel.Error && e.RenderMessage(null).Contains("1 changes under revisions that were given before, from revision 2", StringComparison.Ordinal));
        await AllAreThereAsync(database, "last", "newer", "older", "one");
    }

    private static async Task ReplaceAsync(FunctionDatabase database)
    {
        await using (var older = Start(database))
        {
            Assert.Equal(1, await older.AcceptedAsync(Specs.Deploy("one")));
            await using var newer = Start(database);
            Assert.Equal(2, await newer.AcceptedAsync(Specs.Deploy("two")));
            await older.RejectedAsync(Specs.Deploy("lost-1"));
            await older.RejectedAsync(Specs.Deploy("lost-2"));
            Assert.Equal(3, await newer.AcceptedAsync(Specs.Deploy("three")));
            await older.RejectedAsync(Specs.Deploy("lost-3"));
        }

        await AllAreThereAsync(database, "one", "three", "two");
    }

    // A stores, then B, then A again.
    private static async Task InterleaveAsync(FunctionDatabase database)
    {
        await using var older = Start(database, TimeSpan.Zero);
        await older.AcceptedAsync(Specs.Deploy("one"));
        await using var newer = Start(database);
        await newer.AcceptedAsync(Specs.Deploy("two"));
        await Expect.ConditionAsync(async () => await older.AskAsync(Specs.Deploy("three")) is Accepted, "the older writer takes over");
    }

    private static async Task AllAreThereAsync(FunctionDatabase database, params string[] names)
    {
        await using var next = Start(database);
        Assert.Equal(names.Order(StringComparer.Ordinal), (await next.CatalogueAsync()).List().Select(e => e.Name), StringComparer.Ordinal);
    }

    private static CatalogueEvent.Deployed Deployed(long revision, string name) =>
        new(revision, new WasmActors.Functions.Api.FunctionVersion(1, Specs.Now, Specs.Spec(name)), WasmActors.Functions.Api.RollOut.WhenIdle);

    private static CatalogueWriter Start(FunctionDatabase database, TimeSpan? giveWayFor = null, TimeSpan? checkEvery = null) =>
        CatalogueWriter.Start(database, o => o with { GiveWayFor = giveWayFor ?? s_never, CheckEvery = checkEvery ?? s_never });
}
