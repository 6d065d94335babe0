using System.Diagnostics;
using System.Runtime.CompilerServices;
using WasmActors.Actors.Handles;
using WasmActors.Benchmarks.Pausing;
using WasmActors.Functions.Api;
using WasmActors.Functions.Hosting;
using WasmActors.Runtime.Values;

namespace WasmActors.Benchmarks.Functions;

/// <summary>Calls of deployed functions on one node, one after the other: time, processor and bytes of one warm call.</summary>
internal static class CallsLoad
{
    internal static async Task<bool> RunAsync(PauseOptions options)
    {
        await using var node = await FunctionNode.StartAsync().ConfigureAwait(false);
        await node.DeployAsync(new FunctionSpec("warm") { Reuse = StoreReuse.UntilIdle }).ConfigureAwait(false);
        await node.DeployAsync(new FunctionSpec("fresh")).ConfigureAwait(false);
        await node.DeployAsync(new FunctionSpec("keyed") { Kind = FunctionKind.Keyed }).ConfigureAwait(false);
        int rounds = options.Quick ? 3 : 9;
        var handle = await node.HandleAsync().ConfigureAwait(false);
        bool right = await MeasureAsync("by handle, without a function", () => handle.CallAsync<int, int, int>(20, 22), 50_000, rounds).ConfigureAwait(false);
        right &= await MeasureAsync("stateless, warm", node.Functions.Get("warm"), 50_000, rounds).ConfigureAwait(false);
        right &= await MeasureAsync("stateless, a fresh store each", node.Functions.Get("fresh"), 3_000, rounds).ConfigureAwait(false);
        right &= await MeasureAsync("keyed, one key", node.Functions.Get("keyed", "k"), 20_000, rounds).ConfigureAwait(false);
        return right;
    }

    private static Task<bool> MeasureAsync(string what, FunctionRef function, int calls, int rounds)
    {
        var request = FunctionRequest.Numbers("add", [Val.I32(20), Val.I32(22)]);
        return MeasureAsync(what, [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))] async ValueTask<int> () => (await function.SendAsync(request, default(CallOptions)).ConfigureAwait(false)).Results.Value.AsI32(), calls, rounds);
    }

    private static async Task<bool> MeasureAsync(string what, Func<ValueTask<int>> call, int calls, int rounds)
    {
        var micros = new List<double>();
        var processor = new List<double>();
        long bytes = 0;
        bool right = true;
        for (int round = -2; round < rounds; round++)
        {
            var before = Environment.CpuUsage.TotalTime;
            long allocated = GC.GetTotalAllocatedBytes();
            long start = Stopwatch.GetTimestamp();
            for (int i = 0; i < calls; i++)
            {
                right &= await call().ConfigureAwait(false) == 42;
            }

            if (round >= 0)
            {
                micros.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds / calls);
                processor.Add((Environment.CpuUsage.TotalTime - before).TotalMicroseconds / calls);
                bytes = (GC.GetTotalAllocatedBytes() - allocated) / calls;
            }
        }

        micros.Sort();
        processor.Sort();
        Console.WriteLine($"   {what}: {micros[rounds / 2]:f2} us ({micros[0]:f2} to {micros[^1]:f2}), {processor[rounds / 2]:f2} us of processors, {bytes} bytes{(right ? "" : "; WRONG RESULTS")}");
        return right;
    }
}
