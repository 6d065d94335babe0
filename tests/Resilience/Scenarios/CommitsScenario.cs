using WasmActors.Host.Persistence.States;
using WasmActors.Processes;
using WasmActors.Resilience.Commits;
using WasmActors.Resilience.Running;

namespace WasmActors.Resilience.Scenarios;

/// <summary>Processes that commit to the same durable keys and are killed; and how fast one commits.</summary>
internal static class CommitsScenario
{
    private const string Gate = "gate";

    internal static Scenario Scenario { get; } = new(
        "commits",
        "Processes that commit to the same durable keys and are killed: all that was acknowledged is stored, and no sequence is acknowledged twice.",
        new Dictionary<string, string>(StringComparer.Ordinal) { [Gate] = "commits are acknowledged before they are stored" },
        RunAsync);

    private static async Task RunAsync(ScenarioRun run)
    {
        string folder = Directory.CreateTempSubdirectory("wasmactors-commits-").FullName;
        var server = run.OnPostgres ? await PostgresServer.StartAsync().ConfigureAwait(false) : null;
        try
        {
            string where = server?.Connection ?? Path.Combine(folder, "state.db");
            await KillAsync(run, where).ConfigureAwait(false);
            if (run.Has(Gate))
            {
                await MeasureAsync(run, server, folder).ConfigureAwait(false);
            }
        }
        finally
        {
            if (server is not null)
            {
                await server.DisposeAsync().ConfigureAwait(false);
            }

            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task KillAsync(ScenarioRun run, string where)
    {
        long count = run.CountOf(200, 4);
        var kills = new CommitKills(run.OnPostgres, where, !run.Has(Gate), new Random(run.SeedOf(1)));
        for (long i = 0; i < count; i++)
        {
            await kills.RoundAsync().ConfigureAwait(false);
        }

        run.Judge($"commits acknowledged by pairs of processes, {count} pairs killed", $"{kills.Acknowledged:n0}", "at least 100 a pair", kills.Acknowledged >= 100 * count);
        run.Judge("  … keys that had lost one", $"{kills.Lost:n0}", "0", kills.Lost == 0);
        run.Judge("  … acknowledged twice", $"{kills.Twice:n0}", "0", kills.Twice == 0);
        run.Judge("  … keys with a wrong or damaged state", $"{kills.Wrong:n0}", "0", kills.Wrong == 0);
    }

    private static async Task MeasureAsync(ScenarioRun run, PostgresServer? server, string folder)
    {
        var length = run.LengthOf(5, 0.5);
        foreach (var durability in server is null ? [StateDurability.Full, StateDurability.Normal] : (StateDurability[])[StateDurability.Full])
        {
            var options = new StateStoreOptions { Durability = durability };
            var store = server is null
                ? await StateDatabase.OpenFileAsync(Path.Combine(folder, $"{durability}.db"), options).ConfigureAwait(false)
                : await StateDatabase.OpenPostgresAsync(server.Connection, options).ConfigureAwait(false);
            await using var _ = store.ConfigureAwait(false);
            string name = server is null ? $"SQLite {durability}" : "PostgreSQL";
            (int Least, int OfOneKey) targets = server is not null ? (12_000, 0) : durability == StateDurability.Full ? (25_000, 20_000) : (40_000, 20_000);
            double many = await CommitLoad.RunAsync(name, store, 64, server is null ? 256 : 1024, 100, length).ConfigureAwait(false);
            double one = await CommitLoad.RunAsync(name, store, 1, 256, 100, length).ConfigureAwait(false);
            await CommitLoad.RunAsync(name, store, 1, 1, 100, length).ConfigureAwait(false);
            await CommitLoad.RunAsync(name, store, 64, 256, 1_100, length).ConfigureAwait(false);
            run.JudgeSpeed($"{name}, commits per second of 64 keys", $"{many:n0}", $"at least {targets.Least:n0}", many >= targets.Least);
            run.JudgeSpeed($"{name}, commits per second of one key", $"{one:n0}", $"at least {targets.OfOneKey:n0}", one >= targets.OfOneKey);
        }
    }
}
