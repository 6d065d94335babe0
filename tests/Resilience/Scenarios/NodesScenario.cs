using System.Diagnostics;
using System.Globalization;
using WasmActors.Processes;
using WasmActors.Resilience.Clustering;
using WasmActors.Resilience.Nodes;
using WasmActors.Resilience.Running;

namespace WasmActors.Resilience.Scenarios;

/// <summary>Processes as a cluster with many functions and keys, which leave, are restarted in turn, join, and are killed at any moment.</summary>
internal static class NodesScenario
{
    private const string Drain = "drain";
    private const int Places = 4;
    private const int Initial = 3;

    private static readonly TimeSpan s_longestSilence = TimeSpan.FromSeconds(25);
    private static readonly TimeSpan s_longestStart = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_longestUneven = TimeSpan.FromSeconds(30);

    internal static Scenario Scenario { get; } = new(
        "nodes",
        "10,000 functions and keys: a leave, a join and a rolling restart lose no call that has 1 s; after a kill each key answers within 25 s.",
        new Dictionary<string, string>(StringComparer.Ordinal) { [Drain] = "nodes that are to be stopped are killed" },
        RunAsync);

    private static async Task RunAsync(ScenarioRun run)
    {
        // The quick form is for machines that others use too: calls have longer, and nodes are found dead sooner.
        int functions = run.Quick ? 100 : 10_000;
        int shards = run.Quick ? 48 : 512;
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Http:DrainFor"] = "1s",
            ["Functions:Shards"] = string.Create(CultureInfo.InvariantCulture, $"{shards}"),
            ["Functions:MaxFunctions"] = "20000",
            ["Modules:Compile"] = "in-process", // on a busy machine a process takes long to start
        };
        var cluster = NodeCluster.Make(Places, run.Quick ? NodeCluster.FindsDeathsSoon : "", settings);
        await using var _ = cluster.ConfigureAwait(false);
        using var client = new SpreadClient(cluster.Places.Select(static p => p.Url));
        using var load = new NodesLoad(client, functions, TimeSpan.FromSeconds(run.Quick ? 5 : 1));
        int seed = run.SeedOf(Environment.TickCount & 0xffff);
        ScenarioRun.Tell($"seed {seed}");
        var story = new NodesStory(cluster, load, functions, sampled: run.Quick ? functions : 1_000, new Random(seed));
        await story.BeginAsync().ConfigureAwait(false);
        bool drains = run.Has(Drain);
        if (run.Quick)
        {
            await story.LeaveAsync(0, "a leave", drains).ConfigureAwait(false);
        }
        else
        {
            await RestartAsync(story, drains).ConfigureAwait(false);
        }

        if (drains)
        {
            await (run.Quick ? Task.CompletedTask : story.JoinAsync(shards, 2 * s_longestUneven)).ConfigureAwait(false);
            long kills = run.CountOf(100, 1);
            for (int i = 0; i < kills; i++)
            {
                await story.KillAsync(i, isLast: i == kills - 1).ConfigureAwait(false);
            }
        }

        await load.EndAsync().ConfigureAwait(false);
        Judge(run, story, load);
    }

    private static async Task RestartAsync(NodesStory story, bool drains)
    {
        for (int node = 0; node < Initial; node++)
        {
            await story.LeaveAsync(node, "a leave", drains).ConfigureAwait(false);
        }

        for (int round = 0; round < 2; round++)
        {
            for (int node = 0; node < Initial; node++)
            {
                await story.LeaveAsync(node, "a rolling restart", drains).ConfigureAwait(false);
            }
        }
    }

    private static void Judge(ScenarioRun run, NodesStory story, NodesLoad load)
    {
        ScenarioRun.Tell($"{load.Results:n0} results: {load.Times}");
        run.Judge("results", $"{load.Results:n0}", "more than 0", load.Results > 0);
        foreach (var what in story.Changes.GroupBy(static c => c.What, StringComparer.Ordinal))
        {
            JudgeCalls(run, what.Key, [.. what], load);
        }

        if (story.Starts.Count > 0)
        {
            JudgeTime(run, $"the longest of {story.Starts.Count} starts with all functions", story.Starts.Max(), s_longestStart);
        }

        if (story.Join is { } join)
        {
            JudgeTime(run, "a join during deployments", join, s_longestStart);
            JudgeTime(run, "shards are even after the join", story.Even ?? TimeSpan.MaxValue, s_longestUneven);
        }

        if (story.Silences.Count > 0)
        {
            var silences = story.Silences.Select(static s => s ?? TimeSpan.MaxValue).Order().ToList();
            ScenarioRun.Tell(string.Create(CultureInfo.InvariantCulture, $"silences after kills: shortest {silences[0].TotalSeconds:f1} s, median {silences[silences.Count / 2].TotalSeconds:f1} s"));
            string target = string.Create(CultureInfo.InvariantCulture, $"within {s_longestSilence.TotalSeconds} s");
            run.Judge($"all sampled keys answer after a kill, {silences.Count} times", Text(silences[^1]), target, silences[^1] <= s_longestSilence);
        }
    }

    private static void JudgeCalls(ScenarioRun run, string what, IReadOnlyList<(string What, long From, long To)> changes, NodesLoad load)
    {
        var lost = load.Failed.Where(f => changes.Any(c => f.Ended >= c.From && f.Began <= c.To)).ToList();
        foreach (var group in lost.GroupBy(static f => $"{(f.Keyed ? "keyed" : "stateless")}: {f.Outcome.Kind} {f.Outcome.Detail}", StringComparer.Ordinal))
        {
            string moments = string.Join(", ", group.Take(5).Select(f => string.Create(CultureInfo.InvariantCulture, $"{Moment(f.Began, changes):f1}")));
            ScenarioRun.Tell($"{group.Count(),9:n0}  {group.Key}, begun {moments} s after the change began");
        }

        run.Judge($"calls that failed during {what}, {changes.Count} times", $"{lost.Count:n0}", "0", lost.Count == 0);
    }

    private static double Moment(long began, IEnumerable<(string What, long From, long To)> changes) =>
        Stopwatch.GetElapsedTime(changes.Last(c => c.From <= began || c == changes.First()).From, began).TotalSeconds;

    private static void JudgeTime(ScenarioRun run, string what, TimeSpan took, TimeSpan most) =>
        run.JudgeSpeed(what, Text(took), string.Create(CultureInfo.InvariantCulture, $"at most {most.TotalSeconds} s"), took <= most);

    private static string Text(TimeSpan time) => time == TimeSpan.MaxValue ? "never" : string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:f1} s");
}
