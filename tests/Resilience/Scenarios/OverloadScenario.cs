using System.Diagnostics;
using WasmActors.Actors.Admission;
using WasmActors.Actors.Handles;
using WasmActors.Actors.Stores;
using WasmActors.Resilience.Guests;
using WasmActors.Resilience.Measuring;
using WasmActors.Resilience.Running;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Stores;

namespace WasmActors.Resilience.Scenarios;

/// <summary>Ten times more calls than the host can serve, sent whether it answers or not.</summary>
internal static class OverloadScenario
{
    private const string Admission = "admission";
    private const int Stores = 16;

    private const int Times = 10;

    // Refusing ten times as many must be little against them.
    private const double CallsPerSecond = 500;
    private const int ProbeRounds = 200_000;

    // All queues are served within this part of the deadline: little, as the machine may slow down to a fraction meanwhile.
    private const double QueuePart = 0.05;
    private const double MostRefusal = 10;
    private const double MostQuickRefusal = 100;

    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_recovery = TimeSpan.FromSeconds(2);

    internal static Scenario Scenario { get; } = new(
        "overload",
        "Ten times more load than the host can serve: refusals at once, nine tenths of the peak for what is accepted, normal again soon.",
        new Dictionary<string, string>(StringComparer.Ordinal) { [Admission] = "neither queues nor waits have a bound" },
        RunAsync);

    private static async Task RunAsync(ScenarioRun run)
    {
        var host = await WasmHost.StartAsync(ScenarioRun.HostOptions with { Admission = new AdmissionOptions { WithoutBounds = !run.Has(Admission) } }).ConfigureAwait(false);
        await using var _ = host.ConfigureAwait(false);
        var unbounded = await NewAsync(host, int.MaxValue).ConfigureAwait(false);
        var probes = await PeakAsync(unbounded, ProbeRounds, run.PartOf(5, 1)).ConfigureAwait(false);
        int rounds = (int)(ProbeRounds * Math.Max(1, probes.PerSecond / CallsPerSecond));
        var before = await PeakAsync(unbounded, rounds, run.PartOf(10, 2)).ConfigureAwait(false);
        int limit = (int)Math.Max(1, before.PerSecond * s_deadline.TotalSeconds * QueuePart / Stores);
        var work = run.Has(Admission) ? await NewAsync(host, limit).ConfigureAwait(false) : unbounded;
        var length = run.LengthOf(60, 4);
        ScenarioRun.Tell($"peak {before.PerSecond:n0} calls a second of {rounds:n0} rounds each; offered {Times * before.PerSecond:n0} for {length.TotalSeconds:f0} s to {Stores} queues of {limit}");

        var load = new OpenLoad(work, rounds, s_deadline);
        var cpu = Environment.CpuUsage.TotalTime;
        double offered = await load.OfferAsync(Times * before.PerSecond, length).ConfigureAwait(false);
        var goodput = new Throughput(load.Served / length.TotalSeconds, load.Served / (Environment.CpuUsage.TotalTime - cpu).TotalSeconds);
        await Task.Delay(s_recovery).ConfigureAwait(false);
        var after = await PeakAsync(work, rounds, run.PartOf(10, 2)).ConfigureAwait(false);
        bool all = await load.AllAnsweredAsync(ScenarioRun.Patience).ConfigureAwait(false);

        foreach (var (code, times) in load.Refusals)
        {
            ScenarioRun.Tell($"{times,9:n0}  {code}");
        }

        ScenarioRun.Tell($"refused: {load.RefusedAfter}");
        double most = run.Quick ? MostQuickRefusal : MostRefusal;
        run.Judge("calls answered", $"{load.Answered:n0}", $"{load.Sent:n0}", all);
        run.Judge("calls refused", $"{load.RefusedAfter.Count:n0}", "more than half", load.RefusedAfter.Count > load.Sent / 2);
        run.JudgeSpeed("offered, against the peak", $"{offered / before.PerSecond:f1}", $"at least {Times * 0.8:f0}", offered >= before.PerSecond * Times * 0.8);
        run.Judge("99th percentile of a refusal", $"{load.RefusedAfter.P99:f3} ms", $"at most {most:f0} ms", load.RefusedAfter.P99 <= most);
        JudgeAgainst(run, before, "served within the deadline", goodput);
        JudgeAgainst(run, before, $"peak {s_recovery.TotalSeconds:f0} s after", after);
    }

    private static async Task<FuncRef[]> NewAsync(WasmHost host, int queueLimit)
    {
        var module = await host.LoadTextAsync(WorkGuest.Text).ConfigureAwait(false);
        var spec = new StoreSpec { QueueLimit = queueLimit, AfterInterrupt = FailurePolicy.Keep, Options = new StoreOptions { Mode = ExecutionMode.Preemptive } };
        var work = new FuncRef[Stores];
        for (int i = 0; i < Stores; i++)
        {
            work[i] = (await (await host.CreateStoreAsync(spec).ConfigureAwait(false)).InstantiateAsync(module).ConfigureAwait(false)).GetFunc("work");
        }

        return work;
    }

    // On a machine that others use too, a second is not always as long; what a processor does in one is.
    private static void JudgeAgainst(ScenarioRun run, Throughput peak, string what, Throughput throughput)
    {
        double perSecond = throughput.PerSecond / peak.PerSecond;
        double perProcessorSecond = throughput.PerProcessorSecond / peak.PerProcessorSecond;
        run.JudgeSpeed($"{what}, against the peak", $"{perSecond:f2}", "at least 0.90", perSecond >= 0.9);
        run.JudgeSpeed("  the same for each second of a processor", $"{perProcessorSecond:f2}", "at least 0.90", perProcessorSecond >= 0.9);
    }

    /// <summary>What as many callers as keep all stores busy get done.</summary>
    private static async Task<Throughput> PeakAsync(FuncRef[] work, int rounds, TimeSpan length)
    {
        long served = 0;
        using var end = new CancellationTokenSource(length);
        var cpu = Environment.CpuUsage.TotalTime;
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(work.Select(w => Task.Run(async () =>
        {
            while (!end.IsCancellationRequested)
            {
                try
                {
                    await w.CallAsync<int, int>(rounds).ConfigureAwait(false);
                    Interlocked.Increment(ref served);
                }
                catch (WasmException failure) when (failure.Code is ErrorCode.Busy or ErrorCode.DeadlineExceeded)
                {
                    // Still busy with what was sent before: no throughput.
                }
            }
        }))).ConfigureAwait(false);
        return new Throughput(served / clock.Elapsed.TotalSeconds, served / (Environment.CpuUsage.TotalTime - cpu).TotalSeconds);
    }

    private sealed record Throughput(double PerSecond, double PerProcessorSecond);
}
