using System.Diagnostics;
using Akka.Actor;
using WasmActors.Actors.Handles;
using WasmActors.Runtime.Modules;

namespace WasmActors.Benchmarks.Pausing;

/// <summary>Many live stores: what each costs in memory and in mappings, how long the start and the first call take against those of an
/// actor that echoes, and whether everything comes back.</summary>
internal static class StoresLoad
{
    private const int TouchedBytes = 4096;

    // Of processors: until then much of the code has not been compiled for good, ours less than Akka's.
    private static readonly TimeSpan s_warmUp = TimeSpan.FromSeconds(2.5);

    // One page of memory, of which each call touches one page of the system's.
    private const string Guest = """
        (module
          (memory (export "memory") 1)
          (func (export "add") (param i32 i32) (result i32)
            (i32.store (i32.const 0) (i32.add (local.get 0) (local.get 1)))
            (i32.load (i32.const 0))))
        """;

    internal static async Task<bool> RunAsync(PauseOptions options)
    {
        int count = options.Quick ? 10_000 : 100_000;
        await using var host = await WasmHost.StartAsync(new WasmHostOptions
        {
            Cache = new ModuleCacheOptions { OnDisk = false },
            Engine = EngineSettings.ForManyStores,
        }).ConfigureAwait(false);
        var module = await host.LoadTextAsync(Guest).ConfigureAwait(false);
        await StartRatioAsync(host, module, options.Quick ? 40 : 80).ConfigureAwait(false);
        return await HoldAsync(host, module, count).ConfigureAwait(false);
    }

    // Rounds of starts of both kinds, in turn; what a round started is stopped after it, untimed. The first ones do not count.
    private static async Task StartRatioAsync(WasmHost host, WasmModule module, int rounds)
    {
        const int Starts = 500;
        var echoes = new List<Cost>();
        var stores = new List<Cost>();
        var warm = Environment.CpuUsage.TotalTime + s_warmUp;
        while (stores.Count < rounds)
        {
            var actors = new IActorRef[Starts];
            object question = new();
            var echo = await Cost.OfAsync(Starts, async i =>
            {
                actors[i] = host.System.ActorOf(Echo.Props);
                await actors[i].Ask<object>(question, TimeSpan.FromSeconds(10)).ConfigureAwait(false);
            }).ConfigureAwait(false);
            var functions = new FuncRef[Starts];
            var store = await Cost.OfAsync(Starts, async i => functions[i] = await StartAsync(host, module, i).ConfigureAwait(false)).ConfigureAwait(false);
            foreach (var actor in actors)
            {
                await actor.GracefulStop(TimeSpan.FromSeconds(10)).ConfigureAwait(false);
            }

            foreach (var function in functions)
            {
                await function.Store.StopAsync().ConfigureAwait(false);
            }

            if (Environment.CpuUsage.TotalTime >= warm)
            {
                echoes.Add(echo);
                stores.Add(store);
            }
        }

        double[] ratios = [.. stores.Zip(echoes, static (store, echo) => store.Micros / echo.Micros).Order()];
        double ratio = ratios[ratios.Length / 2];
        Console.WriteLine($"   start and first call: store {Cost.MedianOf(stores)}; echo actor {Cost.MedianOf(echoes)}");
        Console.WriteLine($"   in the quietest tenth of the rounds: store {Cost.QuietestOf(stores):f1} us, echo actor {Cost.QuietestOf(echoes):f1} us, ratio {Cost.QuietestOf(stores) / Cost.QuietestOf(echoes):f2}");
        PauseOptions.Tell("start and first call against an echo actor's", $"{ratio:f2} ({ratios[0]:f2} to {ratios[^1]:f2})", "at most 2.5", ratio <= 2.5);
    }

    private static async Task<FuncRef> StartAsync(WasmHost host, WasmModule module, int i)
    {
        var store = await host.CreateStoreAsync().ConfigureAwait(false);
        var add = (await store.InstantiateAsync(module).ConfigureAwait(false)).GetFunc("add");
        await CallAsync(add, i).ConfigureAwait(false);
        return add;
    }

    private static async ValueTask CallAsync(FuncRef add, int i)
    {
        if (await add.CallAsync<int, int, int>(i, 1).ConfigureAwait(false) != i + 1)
        {
            throw new InvalidOperationException("A call came back wrong.");
        }
    }

    private static async Task<bool> HoldAsync(WasmHost host, WasmModule module, int count)
    {
        var before = ProcessFootprint.Take();
        var functions = new FuncRef[count];
        long start = Stopwatch.GetTimestamp();
        int started = 0;
        string? ended = null;
        for (; started < count && ended is null; started++)
        {
            try
            {
                functions[started] = await StartAsync(host, module, started).ConfigureAwait(false);
            }
            catch (Runtime.Failures.WasmException refused)
            {
                ended = refused.Message;
                break;
            }

            if (started % 1000 == 999 && ProcessFootprint.MappingsAreScarce)
            {
                ended = "mappings are scarce";
            }
        }

        double each = Stopwatch.GetElapsedTime(start).TotalMicroseconds / started;
        var live = ProcessFootprint.Take();
        start = Stopwatch.GetTimestamp();
        for (int i = 0; i < started; i++)
        {
            await CallAsync(functions[i], i).ConfigureAwait(false);
        }

        Console.WriteLine($"   {started:n0} stores started and called once in {each:f1} us each; once more, each {Stopwatch.GetElapsedTime(start).TotalMicroseconds / started:f2} us{(ended is null ? "" : $"; ended: {ended}")}");
        double resident = (double)(live.Resident - before.Resident) / started;
        double managed = (double)(live.Managed - before.Managed) / started;
        double own = resident - TouchedBytes;
        Console.WriteLine($"   each: {resident / 1024:f2} KB resident, of them {TouchedBytes / 1024.0:f0} KB touched by the guest and {managed / 1024:f2} KB on the host's heap; {(double)(live.Mappings - before.Mappings) / started:f4} mappings");
        bool met = PauseOptions.Tell("stores alive at once", $"{host.Engine.LiveStores:n0}", $"{count:n0}", started == count && host.Engine.LiveStores == count);
        PauseOptions.Tell("resident bytes of a store beyond the guest's", $"{own / 1024:f2} KB", "at most 10 KB", own <= 10 * 1024);

        start = Stopwatch.GetTimestamp();
        for (int i = 0; i < started; i++)
        {
            await functions[i].Store.StopAsync().ConfigureAwait(false);
        }

        Console.WriteLine($"   stopped in {Stopwatch.GetElapsedTime(start).TotalMicroseconds / started:f1} us each");
        Array.Clear(functions);
        start = Stopwatch.GetTimestamp();
        ProcessFootprint after;
        double back;
        do
        {
            // The heap's pages are given back when the engine has rested for a moment.
            await Task.Delay(TimeSpan.FromMilliseconds(500)).ConfigureAwait(false);
            after = ProcessFootprint.Take();
            back = 1 - ((double)(after.Resident - before.Resident) / (live.Resident - before.Resident));
        }
        while (back < 0.9 && Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(10));

        Console.WriteLine($"   before, live, after: {before}; {live}; {after}");
        PauseOptions.Tell("memory that came back", $"{back:p0}", "at least 90 %", back >= 0.9);
        met &= PauseOptions.Tell("stores, mappings and files left", $"{host.Engine.LiveStores}, {after.Mappings - before.Mappings}, {after.Files - before.Files}", "0, below 200, 0", host.Engine.LiveStores == 0 && after.Mappings - before.Mappings < 200 && after.Files <= before.Files);
        return met;
    }

    /// <summary>What one start took.</summary>
    /// <param name="Micros">Microseconds.</param>
    /// <param name="Processor">Microseconds of processors, of the whole process.</param>
    private sealed record Cost(double Micros, double Processor)
    {
        internal static async Task<Cost> OfAsync(int count, Func<int, Task> start)
        {
            var processor = Environment.CpuUsage.TotalTime;
            long begin = Stopwatch.GetTimestamp();
            for (int i = 0; i < count; i++)
            {
                await start(i).ConfigureAwait(false);
            }

            double micros = Stopwatch.GetElapsedTime(begin).TotalMicroseconds / count;
            return new Cost(micros, (Environment.CpuUsage.TotalTime - processor).TotalMicroseconds / count);
        }

        // What other work on the machine has disturbed least.
        internal static double QuietestOf(List<Cost> costs) => costs.Select(static c => c.Micros).Order().ElementAt(costs.Count / 10);

        internal static string MedianOf(List<Cost> costs) =>
            $"{costs.Select(static c => c.Micros).Order().ElementAt(costs.Count / 2):f1} us ({costs.Select(static c => c.Processor).Order().ElementAt(costs.Count / 2):f1} of processors)";
    }

    private sealed class Echo : UntypedActor
    {
        internal static Props Props { get; } = Props.Create<Echo>();

        protected override void OnReceive(object message) => Sender.Tell(message);
    }
}
