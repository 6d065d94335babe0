using System.Collections.Concurrent;
using System.Diagnostics;
using Akka.Actor;
using WasmActors.Actors.Handles;
using WasmActors.Actors.Imports;
using WasmActors.Actors.Stores;
using WasmActors.Resilience.Measuring;
using WasmActors.Resilience.Running;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Values;

namespace WasmActors.Resilience.Scenarios;

/// <summary>Traps, host exceptions, stores made and stopped: what they take comes back.</summary>
internal static class ChurnScenario
{
    private const string Disposal = "disposal";
    private const int Workers = 4;
    private const int Samples = 50;

    // What the runtime keeps for itself: threads of its pool, mappings of its heap and of code compiled anew.
    private const int MoreThreads = 8;
    private const int MoreFiles = 4;
    private const int MoreMappings = 200;
    private const long MostQuickGrowth = 64 << 20;

    private const string Guest = """
        (module
          (import "env" "fail" (func $fail (param i32)))
          (memory (export "memory") 1)
          (func (export "trap") (param i32) (i32.store (local.get 0) (i32.const 1)) unreachable)
          (func (export "fail") (param i32) (call $fail (local.get 0))))
        """;

    private static readonly TimeSpan s_settle = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_quickSettle = TimeSpan.FromSeconds(5);

    internal static Scenario Scenario { get; } = new(
        "churn",
        "Traps, host exceptions, stores made and stopped: live stores, mappings, files, threads and actors come back, memory stays flat.",
        new Dictionary<string, string>(StringComparer.Ordinal) { [Disposal] = "stores are left when they are done with" },
        RunAsync);

    private static async Task RunAsync(ScenarioRun run)
    {
        long count = run.CountOf(1_000_000, 5_000);
        var host = await WasmHost.StartAsync(ScenarioRun.HostOptions).ConfigureAwait(false);
        await using var _ = host.ConfigureAwait(false);
        var module = await host.LoadTextAsync(Guest).ConfigureAwait(false);
        ImportMap imports = new ImportSet().Define("env", "fail", new Action<int>(static x => throw new InvalidOperationException($"on purpose: {x}")));
        var callers = new InstanceRef[Workers];
        for (int i = 0; i < Workers; i++)
        {
            callers[i] = await NewAsync(host, module, imports, i % 2 == 0 ? ExecutionMode.Direct : ExecutionMode.Preemptive).ConfigureAwait(false);
        }

        Func<int, Task> trap = i => FailAsync(callers[i].GetFunc("trap"), "trap.unreachable");
        Func<int, Task> fail = i => FailAsync(callers[i].GetFunc("fail"), ErrorCode.HostException);
        Func<int, Task> make = async i =>
        {
            var instance = await NewAsync(host, module, imports, i % 2 == 0 ? ExecutionMode.Direct : ExecutionMode.Preemptive).ConfigureAwait(false);
            await FailAsync(instance.GetFunc("trap"), "trap.unreachable").ConfigureAwait(false);
            if (run.Has(Disposal))
            {
                await instance.Store.StopAsync().ConfigureAwait(false);
            }
        };

        await RoundAsync(count / 10, trap).ConfigureAwait(false);
        await RoundAsync(count / 10, fail).ConfigureAwait(false);
        await RoundAsync(Math.Min(count / 10, 2_000), make).ConfigureAwait(false);
        var before = await SettledAsync(run, host, null).ConfigureAwait(false);
        ScenarioRun.Tell($"at the start: {before}");
        foreach (var (name, one) in new[] { ("traps", trap), ("host exceptions", fail), ("stores made, called and stopped", make) })
        {
            using var watch = new MemoryWatch();
            var clock = Stopwatch.StartNew();
            double slope = await RoundAsync(count, one).ConfigureAwait(false);
            ScenarioRun.Tell($"{count:n0} {name} in {clock.Elapsed.TotalSeconds:f1} s, resident {MemoryWatch.Text(watch.Start)} and at most {MemoryWatch.Text(watch.Growth)} more");
            run.JudgeSpeed($"resident memory per 100,000 {name}", MemoryWatch.Text(slope * 100_000), "at most 1.0 MiB", slope * 100_000 <= 1 << 20);
            if (run.Quick)
            {
                run.Judge($"resident memory of {name}", MemoryWatch.Text(watch.Growth), $"at most {MemoryWatch.Text(MostQuickGrowth)}", watch.Growth <= MostQuickGrowth);
            }
        }

        var after = await SettledAsync(run, host, before).ConfigureAwait(false);
        ScenarioRun.Tell($"at the end:   {after}");
        run.Judge("live stores", $"{after.Stores}", $"{before.Stores}", after.Stores == before.Stores);
        run.Judge("actors", $"{after.Actors}", $"{before.Actors}", after.Actors == before.Actors);
        run.Judge("files", $"{after.Process.Files}", $"at most {before.Process.Files + MoreFiles}", after.Process.Files <= before.Process.Files + MoreFiles);
        run.Judge("threads", $"{after.Process.Threads}", $"at most {before.Process.Threads + MoreThreads}", after.Process.Threads <= before.Process.Threads + MoreThreads);
        run.Judge("mappings", $"{after.Process.Mappings}", $"at most {before.Process.Mappings + MoreMappings}", after.Process.Mappings <= before.Process.Mappings + MoreMappings);
    }

    private static async Task<InstanceRef> NewAsync(WasmHost host, WasmModule module, ImportMap imports, ExecutionMode mode)
    {
        var store = await host.CreateStoreAsync(new StoreSpec { Options = new StoreOptions { Mode = mode } }).ConfigureAwait(false);
        return await store.InstantiateAsync(module, imports).ConfigureAwait(false);
    }

    private static async Task FailAsync(FuncRef func, string code)
    {
        try
        {
            await func.CallAsync<int, Nothing>(16).ConfigureAwait(false);
        }
        catch (WasmException failure) when (failure.Code == code)
        {
            return;
        }

        throw new InvalidOperationException($"The call should have failed with {code}.");
    }

    /// <summary>Does something so often, some at a time; the answer is the growth of the resident memory for each, after a fifth of them.</summary>
    private static async Task<double> RoundAsync(long count, Func<int, Task> one)
    {
        var memory = new ConcurrentQueue<(double X, double Y)>();
        long next = 0;
        long step = Math.Max(1, count / Samples);
        await Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => Task.Run(async () =>
        {
            for (long i = Interlocked.Increment(ref next); i <= count; i = Interlocked.Increment(ref next))
            {
                await one(worker).ConfigureAwait(false);
                if (i % step == 0 && i > count / 5)
                {
                    memory.Enqueue((i, ProcessFigures.ResidentBytes));
                }
            }
        }))).ConfigureAwait(false);
        return Trend.Slope([.. memory]);
    }

    /// <summary>The figures once everything has come back, or after a time when it does not.</summary>
    private static async Task<Figures> SettledAsync(ScenarioRun run, WasmHost host, Figures? wanted)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            var now = new Figures(host.Engine.LiveStores, ((ActorRefWithCell)host.Supervisor).Children.Count(), ProcessFigures.Read());
            if (clock.Elapsed > (run.Quick ? s_quickSettle : s_settle) || (wanted is null ? now.Stores == Workers && now.Actors == Workers : now.IsWithin(wanted)))
            {
                return now;
            }

            await Task.Delay(100).ConfigureAwait(false);
        }
    }

    private sealed record Figures(int Stores, int Actors, ProcessFigures Process)
    {
        internal bool IsWithin(Figures other) => Stores == other.Stores
            && Actors == other.Actors
            && Process.Files <= other.Process.Files + MoreFiles
            && Process.Threads <= other.Process.Threads + MoreThreads
            && Process.Mappings <= other.Process.Mappings + MoreMappings;

        public override string ToString() => $"{Stores} stores, {Actors} actors, {Process}";
    }
}
