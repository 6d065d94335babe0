using WasmActors.Functions.Tests.Support;
using WasmActors.Host.Persistence;
using static WasmActors.Functions.Catalogue.CatalogueProtocol;

namespace WasmActors.Functions.Tests.Catalogue;

public sealed class CatalogueSnapshotTests : IDisposable
{
    private const int Every = 10;

    private readonly TestDatabase _file = new();
    private readonly CollectingSink _sink = new();

    public void Dispose() => _file.Dispose();

    [Fact]
    public async Task A_start_reads_the_last_snapshot_and_what_came_after_it()
    {
        var database = await MakeAsync();
        // What the snapshot has is not read from the journal.
        await CatalogueJournal.ExecuteAsync(_file.Path, "UPDATE journal SET message = x'ff' WHERE sequence_number < 30");
        await IsWholeAsync(database);
    }

    [Fact]
    public async Task A_damaged_snapshot_is_passed_over_and_replaced()
    {
        var database = await MakeAsync();
        await CatalogueJournal.ExecuteAsync(_file.Path, "UPDATE snapshot SET snapshot = zeroblob(100)");
        await IsWholeAsync(database);
        Assert.Contains(_sink.Events, e => e.Level == Serilog.Events.LogEventLevel.Error && e.RenderMessage(null).Contains("the next attempt reads the journal only", StringComparison.Ordinal));

        await Expect.ConditionAsync(async () => (long)(await CatalogueJournal.ExecuteAsync(_file.Path, "SELECT MIN(length(snapshot)) FROM snapshot"))! > 200, "the damaged snapshot is replaced");
    }

    [Fact]
    public async Task A_snapshot_knows_the_writer_so_the_fence_holds()
    {
        var database = await MakeAsync();
        await using var older = Start(database);
        await older.AcceptedAsync(Specs.Deploy("older"));
        await using var newer = Start(database);
        await FillAsync(newer, "newer", 3 * Every);
        await Expect.ConditionAsync(async () => await SnapshotsAsync() == 1, "the newer writer has stored snapshots");

        await older.RejectedAsync(Specs.Deploy("lost"));
        await newer.AcceptedAsync(Specs.Deploy("last"));
    }

    // Enough for some snapshots, and some events after the last one.
    private async Task<FunctionDatabase> MakeAsync()
    {
        var database = await _file.OpenAsync();
        await using var writer = Start(database);
        await FillAsync(writer, "f", (4 * Every) + 5);
        await writer.AcceptedAsync(new Delete("f-3"));
        await writer.AcceptedAsync(new Activate("f-4", 1, WasmActors.Functions.Api.RollOut.WhenIdle));
        await Expect.ConditionAsync(async () => await SnapshotsAsync() == 1 && await LastSnapshotAsync() >= 4 * Every, "the last snapshot is stored and older ones are deleted");
        return database;
    }

    private static async Task FillAsync(CatalogueWriter writer, string prefix, int count)
    {
        for (int i = 0; i < count; i++)
        {
            await writer.AcceptedAsync(Specs.Deploy($"{prefix}-{i % 20}", label: $"v{i}"));
        }
    }

    private async Task IsWholeAsync(FunctionDatabase database)
    {
        await using var writer = Start(database);
        var catalogue = await writer.CatalogueAsync();
        Assert.Equal((4 * Every) + 7, catalogue.Revision);
        Assert.Equal(19, catalogue.List().Count);
        Assert.Null(catalogue.Find("f-3"));
        Assert.Equal("v4", catalogue.Find("f-4")!.ActiveVersion!.Spec.Label);
        Assert.Equal((4 * Every) + 8, await writer.AcceptedAsync(Specs.Deploy("another")));
        await writer.AcceptedAsync(new Delete("another"));
    }

    private async Task<long> SnapshotsAsync() => (long)(await CatalogueJournal.ExecuteAsync(_file.Path, "SELECT COUNT(*) FROM snapshot"))!;

    private async Task<long> LastSnapshotAsync() => (long)(await CatalogueJournal.ExecuteAsync(_file.Path, "SELECT MAX(sequence_number) FROM snapshot"))!;

    private CatalogueWriter Start(FunctionDatabase database) =>
        CatalogueWriter.Start(database, o => o with { SnapshotEvery = Every, Log = new Serilog.LoggerConfiguration().WriteTo.Sink(_sink).CreateLogger() });
}
