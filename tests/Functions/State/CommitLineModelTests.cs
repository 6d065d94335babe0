using CsCheck;
using Serilog.Core;
using WasmActors.Functions.State;
using WasmActors.Functions.State.Commits;
using WasmActors.Runtime.Failures;

namespace WasmActors.Functions.Tests.State;

/// <summary>Random owners, twins and failures against what a line of commits promises.</summary>
public sealed class CommitLineModelTests
{
    private static readonly LineLimits s_limits = new() { GroupRequests = 4, Patience = TimeSpan.FromSeconds(60), Pause = TimeSpan.FromMilliseconds(1) };

    // What becomes of a transaction: 0 to 4 is stored, 5 fails, 6 is lost after it was stored, 7 before.
    private static readonly Gen<int[]> s_faults = Gen.Int[0, 7].Array[0, 40];

    // Each step is a commit of one of two owners of one of three keys. An owner continues from what it knows.
    private static readonly Gen<(int Key, int Owner)[]> s_steps = Gen.Select(Gen.Int[0, 2], Gen.Int[0, 1]).Array[1, 60];

    [Fact]
    public async Task What_was_acknowledged_is_stored_once_and_nothing_else_unless_its_outcome_is_unknown() =>
        await Gen.Select(s_faults, s_steps).SampleAsync(RunAsync, iter: 200, threads: 2);

    private static async Task RunAsync(int[] faults, (int Key, int Owner)[] steps)
    {
        var store = new FakeStateStore();
        foreach (int fault in faults)
        {
            Plan(store, fault);
        }

        var results = new List<(StateCommit Commit, Task<string> Result)>();
        await using (var line = new CommitLine(store, Logger.None, s_limits))
        {
            var known = new Dictionary<(int, int), long>();
            foreach (var (key, owner) in steps)
            {
                // Pipelined: an owner does not wait for its commits, and its twin knows nothing of them.
                long sequence = known[(key, owner)] = known.GetValueOrDefault((key, owner)) + 1;
                var commit = new StateCommit(key + 1, "f", $"{key}", "digest", 1, sequence, [(byte)owner]);
                results.Add((commit, ResultAsync(line, commit)));
                if (results.Count % 7 == 0)
                {
                    await Task.Yield();
                }
            }

            await Expect.SoonAsync(Task.WhenAll(results.Select(static r => r.Result)));
        }

        var stored = store.Stored.Values.Select(static c => c.Nonce).ToHashSet();
        Assert.All(results, r => Assert.Equal(stored.Contains(r.Commit.Nonce), r.Result.Result == nameof(CommitOutcome.Committed)));
        Assert.All(
            store.Stored.Keys.GroupBy(static k => k.State),
            static g => Assert.Equal(Enumerable.Range(1, g.Count()).Select(static i => (long)i), g.Select(static k => k.Sequence).Order()));
    }

    private static async Task<string> ResultAsync(CommitLine line, StateCommit commit)
    {
        try
        {
            return (await line.CommitAsync(commit)).ToString();
        }
        catch (WasmError failure) when (failure.Code == ErrorCode.StateUnavailable)
        {
            return failure.Code;
        }
    }

    private static void Plan(FakeStateStore store, int fault)
    {
        switch (fault)
        {
            case 5:
                store.NextFails();
                break;
            case 6 or 7:
                store.NextIsLost(stores: fault == 6);
                break;
            default:
                store.Next(static async s =>
                {
                    await Task.Yield();
                    return s();
                });
                break;
        }
    }
}
