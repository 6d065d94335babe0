using System.Collections.Concurrent;
using WasmActors.Actors.Handles;
using WasmActors.Actors.Stores;
using WasmActors.Resilience.Guests;
using WasmActors.Resilience.Measuring;
using WasmActors.Resilience.Running;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Limits;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Modules.Cache;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Values;

namespace WasmActors.Resilience.Scenarios;

/// <summary>Malformed and hostile modules are loaded, instantiated and called, each followed by a call of a healthy store.</summary>
/// <remarks>In this process, where they can do most; some in the compiler's. Whoever hosts what others made leaves all of them to that.</remarks>
internal static class MalformedScenario
{
    private const string Types = "types";
    private const string Deadline = "deadline";
    private const string Limits = "limits";
    private const int Seed = 20_261_124;
    private const int Workers = 4;
    private const int InChildOneOf = 1000;
    private const int Rounds = 50;
    private const long MostGrowth = 256 << 20;
    private const string Healthy = """(module (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1))))""";

    internal static Scenario Scenario { get; } = new(
        "malformed",
        "Malformed and hostile modules: no process death, every one is answered, a healthy store too, memory stays flat.",
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [Types] = "modules are read by the embedding's own Module first",
            [Deadline] = "guests may run as long as they like",
            [Limits] = "stores have no limits on memory and tables",
        },
        RunAsync);

    private static async Task RunAsync(ScenarioRun run)
    {
        long count = run.CountOf(1_000_000, 4_000);
        var host = await WasmHost.StartAsync(ScenarioRun.HostOptions).ConfigureAwait(false);
        await using var _ = host.ConfigureAwait(false);
        using var isolated = new ModuleCache(host.Engine, new ModuleCacheOptions { OnDisk = false, MaxModules = 10, Isolation = CompileIsolation.ChildProcess });
        using var embedding = run.Has(Types) ? null : new EmbeddedModules();
        var outcomes = new ConcurrentDictionary<string, long>(StringComparer.Ordinal);
        var healthy = await host.LoadTextAsync(Healthy).ConfigureAwait(false);
        var memory = new List<(double X, double Y)>();
        using var watch = new MemoryWatch();
        var workers = new Worker[Workers];
        for (int number = 0; number < Workers; number++)
        {
            var store = await host.CreateStoreAsync().ConfigureAwait(false);
            workers[number] = new Worker(new HostileModules(Seed + number), (await store.InstantiateAsync(healthy).ConfigureAwait(false)).GetFunc("add"));
        }

        long next = 0;
        long answered = 0;
        long canaries = 0;
        long unanswered = 0;
        for (int round = 1; round <= Rounds; round++)
        {
            long until = count * round / Rounds;
            await Task.WhenAll(workers.Select(worker => Task.Run(() => WorkAsync(worker, until)))).ConfigureAwait(false);

            // No guest has its memory now, and garbage comes and goes: what is left is what modules leave behind.
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            memory.Add((until, ProcessFigures.ResidentBytes));
            next = until;
        }

        foreach (var (outcome, times) in outcomes.OrderByDescending(static o => o.Value))
        {
            ScenarioRun.Tell($"{times,9:n0}  {outcome}");
        }

        var late = memory.Where(m => m.X > count * 0.2).ToArray();
        double slope = Trend.Slope(late) * 100_000;
        run.Judge("modules answered, by a result or a failure with a code", $"{answered:n0}", $"{count:n0}", answered == count);
        run.Judge("right answers of healthy stores after them", $"{canaries:n0}", $"{count:n0}", canaries == count);
        run.Judge("resident memory above the start, at most", MemoryWatch.Text(watch.Growth), $"at most {MemoryWatch.Text(MostGrowth)}", watch.Growth <= MostGrowth);
        run.JudgeSpeed("resident memory after a fifth, per 100,000 modules", MemoryWatch.Text(slope), "at most 1.0 MiB", slope <= 1 << 20);

        async Task WorkAsync(Worker worker, long until)
        {
            for (long i = Interlocked.Increment(ref next); i <= until && Interlocked.Read(ref unanswered) == 0; i = Interlocked.Increment(ref next))
            {
                byte[] bytes = worker.Modules.Next();
                try
                {
                    embedding?.Read(bytes);
                    string outcome = await OutcomeAsync(host, i % InChildOneOf == 0 ? isolated : host.Modules, bytes, run).WaitAsync(PatienceOf(run)).ConfigureAwait(false);
                    outcomes.AddOrUpdate(outcome, 1, static (_, n) => n + 1);
                    Interlocked.Increment(ref answered);
                }
                catch (TimeoutException)
                {
                    Interlocked.Increment(ref unanswered);
                }

                if (await worker.Add.CallAsync<int, int, int>((int)i, 1).AsTask().WaitAsync(ScenarioRun.Patience).ConfigureAwait(false) == (int)i + 1)
                {
                    Interlocked.Increment(ref canaries);
                }
            }
        }
    }

    private static TimeSpan PatienceOf(ScenarioRun run) => run.Has(Deadline) ? ScenarioRun.Patience : TimeSpan.FromSeconds(3);

    private static async Task<string> OutcomeAsync(WasmHost host, ModuleCache modules, byte[] bytes, ScenarioRun run)
    {
        try
        {
            var module = await modules.GetAsync(bytes).ConfigureAwait(false);
            var store = await host.CreateStoreAsync(Spec(run)).ConfigureAwait(false);
            try
            {
                var instance = await store.InstantiateAsync(module, new ImportSet { Unknown = UnknownImports.Trap }.DefineWasi()).ConfigureAwait(false);
                foreach (var (_, item) in instance.Exports)
                {
                    if (item is FuncRef func)
                    {
                        await CallAsync(func).ConfigureAwait(false);
                    }
                }
            }
            finally
            {
                await store.StopAsync().ConfigureAwait(false);
            }

            return "ran";
        }
        catch (WasmException failure)
        {
            return failure.Message.Any(char.IsControl) ? throw new InvalidOperationException($"A control character in {failure.Code}.", failure)
                : failure.Code == ErrorCode.EngineError ? $"{failure.Code}: {failure.Message}" // an error that nobody foresaw: worth a look
                : failure.Code;
        }
    }

    private static StoreSpec Spec(ScenarioRun run)
    {
        var limits = run.Has(Limits)
            ? new StoreLimits { MemoryBytes = 16 << 20, TableElements = 10_000, Memories = 4, Tables = 4, Instances = 1 }
            : new StoreLimits { MemoryBytes = null, TableElements = null, Memories = null, Tables = null, Instances = null };
        return new StoreSpec
        {
            Options = new StoreOptions
            {
                Mode = ExecutionMode.Preemptive,
                Features = WasmFeatures.All,
                Limits = limits with { Deadline = !run.Has(Deadline) ? Timeout.InfiniteTimeSpan : TimeSpan.FromMilliseconds(run.Has(Limits) ? 20 : 2000) },
            },
        };
    }

    private static async Task CallAsync(FuncRef func)
    {
        if (!func.Type.Params.All(static p => p.IsNumeric || p.IsNullable))
        {
            return;
        }

        try
        {
            await func.CallAsync([.. func.Type.Params.Select(static p => (object?)(p.IsNumeric ? Val.Number(p.Kind, 3, 0) : Val.Null(p)))]).ConfigureAwait(false);
        }
        catch (WasmException)
        {
            // As good an answer as a result.
        }
    }

    /// <summary>Where a worker's modules come from, and a function of its healthy store.</summary>
    private sealed record Worker(HostileModules Modules, FuncRef Add);

    /// <summary>Modules as the embedding reads them: it asks for the types of all imports and exports.</summary>
    private sealed class EmbeddedModules : IDisposable
    {
        private readonly Wasmtime.Engine _engine = new(new Wasmtime.Config().WithFunctionReferences(true).WithGc(true).WithExceptions(true).WithTailCalls(true));

        internal void Read(byte[] bytes)
        {
            try
            {
                Wasmtime.Module.FromBytes(_engine, "module", bytes).Dispose();
            }
            catch (Wasmtime.WasmtimeException)
            {
                // No module, or one that uses what is off.
            }
        }

        public void Dispose() => _engine.Dispose();
    }
}
