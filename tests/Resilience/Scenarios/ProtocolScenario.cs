using System.Diagnostics;
using Akka.Actor;
using WasmActors.Actors.Handles;
using WasmActors.Actors.Imports;
using WasmActors.Actors.Messages;
using WasmActors.Actors.Stores;
using WasmActors.Resilience.Protocol;
using WasmActors.Resilience.Running;
using WasmActors.Runtime.Limits;
using WasmActors.Runtime.Values;

namespace WasmActors.Resilience.Scenarios;

/// <summary>Messages that no handle would send, to the actors of stores; other stores, whose handles and names are in them, look on.</summary>
internal static class ProtocolScenario
{
    private const string Policy = "policy";
    private const int Stores = 8;
    private const int Seed = 12;
    private const int Pattern = 0x5eed;

    private const string Guest = """
        (module
          (import "env" "host" (func $host (param i32) (result i32)))
          (memory (export "memory") 1 4)
          (table (export "table") 4 funcref)
          (global (export "global") (mut i32) (i32.const 0))
          (global (export "constant") i64 (i64.const 7))
          (global $n (mut i32) (i32.const 0))
          (func (export "next") (result i32) (global.set $n (i32.add (global.get $n) (i32.const 1))) (global.get $n))
          (func (export "count") (result i32) (global.get $n))
          (func (export "trap") (param i32) unreachable)
          (func (export "host") (param i32) (result i32) (call $host (local.get 0)))
          (func (export "ref") (param externref) (result externref) (local.get 0))
          (func (export "func") (param funcref) (result funcref) (local.get 0)))
        """;

    private static readonly FuncType s_type = new([ValType.I32], [ValType.I32]);

    internal static Scenario Scenario { get; } = new(
        "protocol",
        "Messages with nulls, wrong types, names of other stores and huge values: each is answered once, breaks no store, and touches no other.",
        new Dictionary<string, string>(StringComparer.Ordinal) { [Policy] = "a store whose guest traps is replaced" },
        RunAsync);

    private static async Task RunAsync(ScenarioRun run)
    {
        long each = Math.Max(1, run.CountOf(1_000_000, 20_000) * 8 / 9 / Stores); // a stray one for each eight commands
        int seed = run.SeedOf(Seed);
        var host = await WasmHost.StartAsync(ScenarioRun.HostOptions).ConfigureAwait(false);
        await using var _ = host.ConfigureAwait(false);
        var onlookers = await ManyAsync(host, static () => new ImportMap().Serve("env", "host", static async (int x) => await Task.FromResult(x).ConfigureAwait(false)), new StoreSpec()).ConfigureAwait(false);
        foreach (var onlooker in onlookers)
        {
            await onlooker.GetMemory().WriteAsync(0, Pattern).ConfigureAwait(false);
            await onlooker.Store.SetDataAsync(onlooker).ConfigureAwait(false);
        }

        var tally = new OddTally();
        var clock = Stopwatch.StartNew();
        var targets = new List<InstanceRef>();
        var senders = new List<Task>();
        for (int i = 0; i < Stores; i++)
        {
            (var target, var done) = await AttackAsync(host, onlookers, tally, each, seed + i, run.Has(Policy)).ConfigureAwait(false);
            targets.Add(target);
            senders.Add(done);
        }

        await Task.WhenAll(senders).ConfigureAwait(false);
        ScenarioRun.Tell($"{tally.Sent:n0} messages in {clock.Elapsed.TotalSeconds:f0} s, of which the commands were answered with");
        foreach (var (code, times) in tally.Codes)
        {
            ScenarioRun.Tell($"{times,9:n0}  {code}");
        }

        foreach (string wrong in tally.AllWrong.Take(5))
        {
            ScenarioRun.Tell($"wrong: {wrong}");
        }

        run.Judge("answers that are missing, second, without a code or of a broken store", $"{tally.AllWrong.Count:n0}", "0", tally.AllWrong.Count == 0);
        long replaced = 0;
        foreach (var target in targets)
        {
            replaced += (await target.Store.GetStatusAsync().ConfigureAwait(false)).Generation - 1;
        }

        run.Judge("stores that were replaced", $"{replaced:n0}", "0", replaced == 0);
        int touched = 0;
        foreach (var onlooker in onlookers)
        {
            touched += await IsUntouchedAsync(onlooker).ConfigureAwait(false) ? 0 : 1;
        }

        run.Judge($"of {onlookers.Count} other stores, touched", $"{touched}", "0", touched == 0);
    }

    private static async Task<(InstanceRef Target, Task Done)> AttackAsync(WasmHost host, List<InstanceRef> onlookers, OddTally tally, long count, int seed, bool keeps)
    {
        OddMessages? messages = null;
        var server = host.System.ActorOf(Props.Create(() => new OddServer(seed, chain => Remember(messages, chain))));
        var spec = new StoreSpec
        {
            AfterTrap = keeps ? FailurePolicy.Keep : FailurePolicy.Replace,
            AfterInterrupt = FailurePolicy.Keep,
            Options = new() { Features = WasmFeatures.All, Limits = new StoreLimits { Deadline = ScenarioRun.Patience / 3 } },
        };
        var target = await NewAsync(host, new ImportMap().Serve("env", "host", s_type, server, within: TimeSpan.FromMilliseconds(20)), spec).ConfigureAwait(false);
        var gone = await host.LoadTextAsync("(module (memory 1))").ConfigureAwait(false);
        messages = new OddMessages(new OddValues(new Random(seed), target, onlookers), [target.Module, gone, await host.LoadTextAsync("""(module (start $s) (func $s unreachable))""").ConfigureAwait(false)]);
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        host.System.ActorOf(Props.Create(() => new OddSender(target.Store.Actor, messages, tally, count, done)));
        return (target, done.Task);
    }

    private static void Remember(OddMessages? messages, CallChain? chain)
    {
        if (messages is not null)
        {
            messages.Chain = chain;
        }
    }

    private static async Task<List<InstanceRef>> ManyAsync(WasmHost host, Func<ImportMap> imports, StoreSpec spec)
    {
        var instances = new List<InstanceRef>();
        for (int i = 0; i < Stores; i++)
        {
            instances.Add(await NewAsync(host, imports(), spec).ConfigureAwait(false));
        }

        return instances;
    }

    private static async Task<InstanceRef> NewAsync(WasmHost host, ImportMap imports, StoreSpec spec)
    {
        var store = await host.CreateStoreAsync(spec).ConfigureAwait(false);
        return await store.InstantiateAsync(await host.LoadTextAsync(Guest).ConfigureAwait(false), imports).ConfigureAwait(false);
    }

    private static async Task<bool> IsUntouchedAsync(InstanceRef onlooker) =>
        await onlooker.GetFunc("count").CallAsync<int>().ConfigureAwait(false) == 0
        && await onlooker.GetMemory().ReadAsync<int>(0).ConfigureAwait(false) == Pattern
        && await onlooker.GetMemory().GetLengthAsync().ConfigureAwait(false) == 65_536
        && (await onlooker.GetGlobal("global").GetAsync().ConfigureAwait(false)).AsI32() == 0
        && ReferenceEquals(await onlooker.Store.GetDataAsync().ConfigureAwait(false), onlooker)
        && (await onlooker.Store.GetStatusAsync().ConfigureAwait(false)) is { Generation: 1 };
}
