using System.Diagnostics;
using System.Globalization;
using WasmActors.Processes;
using WasmActors.Resilience.Running;

namespace WasmActors.Resilience.Clustering;

/// <summary>What happens to a cluster while it is called: one node is killed, one is stopped, the leader is killed, in the full form the oldest is stopped
/// too; each comes back. At the end all are stopped and started again.</summary>
internal sealed class ClusterStory(ScenarioRun run, NodeCluster cluster)
{
    private const int Stopped = 2;

    private static readonly TimeSpan s_keyedAgain = TimeSpan.FromSeconds(13);
    private static readonly TimeSpan s_settled = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longestRecovery = TimeSpan.FromSeconds(25);
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(50);

    private readonly List<(int Node, long From, long To)> _kills = [];
    private readonly List<(int Node, long From, long To)> _stops = [];
    private long _began;
    private int _deployed;

    /// <summary>Runs it, tells and judges. Without a defence only the part that needs it is run.</summary>
    /// <param name="drains">Whether the node that is to be stopped is stopped, not killed.</param>
    /// <param name="resolves">Whether the cluster decides that a node is dead.</param>
    internal async Task TellAsync(bool drains, bool resolves)
    {
        await cluster.StartAllAsync().ConfigureAwait(false);
        await DeployAsync(0, "counter", "keyed", ClusterLoad.Keyed).ConfigureAwait(false);
        await DeployAsync(0, "adder", "stateless", ClusterLoad.Stateless).ConfigureAwait(false);
        await AreReadyAsync().ConfigureAwait(false);
        await WarmAsync().ConfigureAwait(false);
        using var client = new SpreadClient(cluster.Places.Select(static p => p.Url));
        using var load = new ClusterLoad(client);
        _began = Stopwatch.GetTimestamp();
        load.Start();
        await Task.Delay(s_settled).ConfigureAwait(false);
        await (drains && resolves ? TellAllAsync(load) : drains ? KillAsync(load, 1, "") : StopAsync(Stopped, drains)).ConfigureAwait(false);
        await load.EndAsync().ConfigureAwait(false);
        Tell($"{load.Sent:n0} calls were made");
        Judge(load);
        if (drains && resolves)
        {
            await JudgeCatalogueAsync().ConfigureAwait(false);
        }
    }

    private async Task TellAllAsync(ClusterLoad load)
    {
        await KillAsync(load, 1, "").ConfigureAwait(false);
        await StartAgainAsync(1).ConfigureAwait(false);
        await StopAsync(Stopped).ConfigureAwait(false);
        await StartAgainAsync(Stopped).ConfigureAwait(false);
        await KillAsync(load, await LeaderAsync(1).ConfigureAwait(false), ", the leader").ConfigureAwait(false);
        await StartAgainAsync(_kills[^1].Node).ConfigureAwait(false);
        if (!run.Quick)
        {
            await StopAsync(1).ConfigureAwait(false); // by now the oldest, which writes the catalogue and places the keys
            await StartAgainAsync(1).ConfigureAwait(false);
        }

        while (Stopwatch.GetElapsedTime(_began) < run.LengthOf(60, 1))
        {
            await Task.Delay(s_poll).ConfigureAwait(false);
        }
    }

    private async Task KillAsync(ClusterLoad load, int node, string what)
    {
        long from = Stopwatch.GetTimestamp();
        await cluster.Nodes[node]!.KillAsync().ConfigureAwait(false);
        long at = Stopwatch.GetTimestamp(); // on a busy machine a process needs a moment to die
        _kills.Add((node, from, at));
        Tell($"{cluster.Places[node].Name}{what} was killed");
        bool again = false;
        while (!again && Stopwatch.GetElapsedTime(at) < s_longestRecovery)
        {
            await Task.Delay(s_poll).ConfigureAwait(false);
            again = load.AllKeysWorkSince(load.Failed.Where(f => f.Keyed && f.Ended > at).Select(static f => f.Began).Append(at).Max());
        }

        double after = Stopwatch.GetElapsedTime(at).TotalSeconds;
        run.Judge($"keys work again after the kill of {cluster.Places[node].Name}{what}", again ? "all" : "not all", "all", again);
        run.JudgeSpeed("  … how soon", $"{after:f1} s", "within 13 s", after <= s_keyedAgain.TotalSeconds);
        await DeployAsync(node == 0 ? 1 : 0, $"after-{_deployed}", "stateless", ClusterLoad.Stateless).ConfigureAwait(false);
    }

    private async Task StopAsync(int node, bool drains = true)
    {
        long from = Stopwatch.GetTimestamp();
        int status = await (drains ? cluster.Nodes[node]!.StopAsync() : cluster.Nodes[node]!.KillAsync()).ConfigureAwait(false);
        double took = Stopwatch.GetElapsedTime(from).TotalSeconds;
        Tell($"{cluster.Places[node].Name} was stopped, in {took:f1} s");
        run.Judge($"exit code of {cluster.Places[node].Name}, which was stopped", $"{status}", "0", status == 0);
        await Task.Delay(s_settled).ConfigureAwait(false);
        _stops.Add((node, from, Stopwatch.GetTimestamp()));
        await DeployAsync(node == 0 ? 1 : 0, $"after-{_deployed}", "stateless", ClusterLoad.Stateless).ConfigureAwait(false);
    }

    private async Task StartAgainAsync(int node)
    {
        long from = Stopwatch.GetTimestamp();
        await cluster.StartAsync(node).ConfigureAwait(false);
        Tell($"{cluster.Places[node].Name} is a member again, {Stopwatch.GetElapsedTime(from).TotalSeconds:f1} s after its start");
        await AreReadyAsync().ConfigureAwait(false);
    }

    private void Judge(ClusterLoad load)
    {
        foreach (var group in load.Failed.GroupBy(static f => $"{(f.Keyed ? "keyed" : "stateless")}: {f.Outcome.Kind} {f.Outcome.Detail}", StringComparer.Ordinal).OrderByDescending(static g => g.Count()).Take(20))
        {
            ScenarioRun.Tell($"{group.Count(),9:n0}  {group.Key}");
        }

        foreach (var call in load.Failed.Where(f => !IsBrokenByKill(f) && (f.Outcome.Kind != CallEnd.Failure || !f.Keyed || IsWhileStopped(f))).Take(40))
        {
            ScenarioRun.Tell(string.Create(CultureInfo.InvariantCulture, $"begun at {Stopwatch.GetElapsedTime(_began, call.Began).TotalSeconds:f1} s, ended {Stopwatch.GetElapsedTime(call.Began, call.Ended).TotalSeconds:f1} s later on {(call.Outcome.Node < 0 ? "no node" : cluster.Places[call.Outcome.Node].Name)}: {call.Outcome.Kind} {call.Outcome.Detail}"));
        }

        ScenarioRun.Tell($"keyed: {load.KeyedTimes}");
        ScenarioRun.Tell($"stateless: {load.StatelessTimes}");
        int broken = load.Failed.Count(IsBrokenByKill);
        var other = load.Failed.Where(f => !IsBrokenByKill(f)).ToList();
        int failures = other.Count(static f => f.Outcome.Kind == CallEnd.Failure);
        ScenarioRun.Tell($"{load.Results:n0} with their result, {failures:n0} with a failure that says whether they may have run, {broken:n0} broken by a kill");
        Count("calls without an answer", other, static f => f.Outcome.Kind is CallEnd.NoAnswer or CallEnd.Broken or CallEnd.Untaken);
        Count("calls that waited past their time", other, static f => f.Outcome.Kind == CallEnd.Late);
        Count("wrong results, or calls that ran twice", other, static f => f.Outcome.Kind == CallEnd.Result);
        Count("stateless calls that failed otherwise than by a kill", other, static f => !f.Keyed && !IsSlow(f));
        Count("calls that failed while a node was stopped", load.Failed, f => IsWhileStopped(f) && !IsSlow(f));
        int slow = load.Failed.Count(f => IsSlow(f) && (!f.Keyed || IsWhileStopped(f)));
        run.JudgeSpeed("of both, calls whose time was over before they were done", $"{slow:n0}", "0", slow == 0);
        var (gap, end) = load.LongestStatelessGap;
        ScenarioRun.Tell($"the longest time without a stateless result ended at {Stopwatch.GetElapsedTime(_began, end).TotalSeconds:f1} s");
        run.JudgeSpeed("longest time without a stateless result", $"{gap.TotalMilliseconds:f0} ms", "at most a call's time, 2,000 ms", gap <= ClusterLoad.CallTime);
    }

    private void Count(string what, IEnumerable<CallRecord> calls, Func<CallRecord, bool> isOne)
    {
        int count = calls.Count(isOne);
        run.Judge(what, $"{count:n0}", "0", count == 0);
    }

    private bool IsBrokenByKill(CallRecord call) => call.Outcome.Kind == CallEnd.Broken && _kills.Exists(kill =>
        kill.Node == call.Outcome.Node && call.Ended >= kill.From && call.Began <= kill.To);

    private bool IsWhileStopped(CallRecord call) => _stops.Exists(s => call.Ended >= s.From && call.Began <= s.To);

    // On a machine that others keep busy a call may take longer than it has.
    private static bool IsSlow(CallRecord call) => call.Outcome.Kind == CallEnd.Failure && call.Outcome.Detail.StartsWith("call.deadline_exceeded", StringComparison.Ordinal);

    private async Task JudgeCatalogueAsync()
    {
        string expected = await FunctionsAsync(0).ConfigureAwait(false);
        int there = Enumerable.Range(0, _deployed).Count(i => expected.Contains($"\"after-{i}\"", StringComparison.Ordinal));
        bool same = await AllTellAsync(expected).ConfigureAwait(false);
        run.Judge("deployments that every node knows", same ? $"{there}" : "nodes differ", $"{_deployed}", same && there == _deployed);

        await Task.WhenAll(cluster.Nodes.Select(static n => n!.StopAsync())).ConfigureAwait(false);
        Tell("all were stopped");
        await cluster.StartAllAsync().ConfigureAwait(false);
        bool kept = await AllTellAsync(expected).ConfigureAwait(false);
        using var client = new SpreadClient(cluster.Places.Select(static p => p.Url));
        var called = await client.CallAsync("/v1/functions/counter/keys/last/calls/next", "[7]", TimeSpan.FromSeconds(20)).ConfigureAwait(false);
        run.Judge("the same after a restart of all, and a keyed call", kept ? called.Detail : "nodes differ", "7", kept && called is { Kind: CallEnd.Result, Detail: "7" });
    }

    // Nodes hear of changes a moment later.
    private async Task<bool> AllTellAsync(string expected)
    {
        for (int node = 0; node < cluster.Places.Count; node++)
        {
            long since = Stopwatch.GetTimestamp();
            while (await FunctionsAsync(node).ConfigureAwait(false) != expected)
            {
                if (Stopwatch.GetElapsedTime(since) > s_keyedAgain)
                {
                    return false;
                }

                await Task.Delay(s_poll).ConfigureAwait(false);
            }
        }

        return true;
    }

    private async Task DeployAsync(int node, string name, string kind, string text)
    {
        using var api = new NodeApi(cluster.Places[node].Url);
        await api.DeployAsync(name, kind, text).ConfigureAwait(false);
        _deployed += name.StartsWith("after-", StringComparison.Ordinal) ? 1 : 0;
    }

    private async Task<string> FunctionsAsync(int node)
    {
        using var api = new NodeApi(cluster.Places[node].Url);
        return await api.FunctionsAsync().ConfigureAwait(false);
    }

    private async Task<int> LeaderAsync(int node)
    {
        using var api = new NodeApi(cluster.Places[node].Url);
        string? leader = await api.LeaderAsync().ConfigureAwait(false);
        return Enumerable.Range(0, cluster.Places.Count).Single(i => cluster.Places[i].Address == leader);
    }

    private async Task AreReadyAsync()
    {
        using var patience = new CancellationTokenSource(ServerProcess.Patience);
        foreach (var place in cluster.Places)
        {
            using var api = new NodeApi(place.Url);
            while (!await api.IsReadyAsync().ConfigureAwait(false))
            {
                await Task.Delay(s_poll, patience.Token).ConfigureAwait(false);
            }
        }
    }

    // Each node compiles a function's module when it is called there for the first time.
    private async Task WarmAsync()
    {
        for (int node = 0; node < cluster.Places.Count; node++)
        {
            using var client = new SpreadClient([cluster.Places[node].Url]);
            foreach (string call in (string[])["/v1/functions/adder/calls/add", "/v1/functions/counter/keys/first/calls/next"])
            {
                var outcome = await client.CallAsync(call, call.Contains("/keys/", StringComparison.Ordinal) ? $"[{node + 1}]" : "[1,2]", s_longestRecovery).ConfigureAwait(false);
                if (outcome.Kind != CallEnd.Result)
                {
                    throw new InvalidOperationException($"{cluster.Places[node].Name} did not answer {call}: {outcome}");
                }
            }
        }
    }

    private void Tell(string what) => ScenarioRun.Tell(string.Create(CultureInfo.InvariantCulture, $"{Stopwatch.GetElapsedTime(_began).TotalSeconds,5:f1} s  {what}"));
}
