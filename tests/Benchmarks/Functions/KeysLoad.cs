using System.Diagnostics;
using System.Globalization;
using WasmActors.Actors.Handles;
using WasmActors.Benchmarks.Pausing;
using WasmActors.Functions.Api;
using WasmActors.Runtime.Failures;

namespace WasmActors.Benchmarks.Functions;

/// <summary>Many distinct keys of one function, each called once, on one node with its defaults: how far the process grows, and whether every call is answered.</summary>
internal static class KeysLoad
{
    private const int Callers = 16;
    private const long Target = 1_500L << 20;

    private static int s_told;

    internal static async Task<bool> RunAsync(PauseOptions options)
    {
        int keys = options.Quick ? 10_000 : 100_000;
        await using var node = await FunctionNode.StartAsync().ConfigureAwait(false);
        await node.DeployAsync(new FunctionSpec("count") { Kind = FunctionKind.Keyed }).ConfigureAwait(false);
        await CallAsync(node, -1).ConfigureAwait(false);
        var before = ProcessFootprint.Take();
        int next = -1;
        int failed = 0;
        var times = new double[keys];
        long start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(async () =>
        {
            for (int key = Interlocked.Increment(ref next); key < keys; key = Interlocked.Increment(ref next))
            {
                long began = Stopwatch.GetTimestamp();
                if (!await CallAsync(node, key).ConfigureAwait(false) && Interlocked.Increment(ref failed) <= 3)
                {
                    Console.WriteLine($"   key {key} failed");
                }

                times[key] = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
                if (key % 10_000 == 9_999)
                {
                    Console.WriteLine($"   {key + 1:n0} keys: {Resident() >> 20} MB, {node.LiveStores:n0} stores");
                }
            }
        }))).ConfigureAwait(false);
        double each = Stopwatch.GetElapsedTime(start).TotalMicroseconds / keys;
        long peak = Peak();
        long live = node.LiveStores;
        var after = ProcessFootprint.Take();
        Array.Sort(times);
        Console.WriteLine($"   {keys:n0} keys in {each:f1} us each; a call took {times[keys / 2]:f2} ms (p50), {times[keys * 99 / 100]:f2} (p99), {times[^1]:f1} at most");
        Console.WriteLine($"   before, after, collected: {before}; {after}; {live:n0} stores live, {(double)(after.Resident - before.Resident) / live / 1024:f2} KB each, {(double)(after.Managed - before.Managed) / live / 1024:f2} KB managed");
        bool met = PauseOptions.Tell("most memory of the process", $"{peak >> 20} MB", $"below {Target >> 20} MB", peak < Target);
        return met & PauseOptions.Tell("calls that failed", $"{failed}", "none", failed == 0);
    }

    private static async Task<bool> CallAsync(FunctionNode node, int key)
    {
        try
        {
            return (await node.Functions.Get("count", key.ToString(CultureInfo.InvariantCulture)).CallAsync("next", default(CallOptions)).ConfigureAwait(false)).Value.AsI32() == 1;
        }
        catch (WasmException failure)
        {
            if (Interlocked.Exchange(ref s_told, 1) == 0)
            {
                Console.WriteLine($"   {failure.Code}: {failure.Message}");
            }

            return false;
        }
    }

    private static long Resident() => StatusOf("VmRSS:");

    private static long Peak() => StatusOf("VmHWM:");

    private static long StatusOf(string name)
    {
        string line = File.ReadLines("/proc/self/status").First(l => l.StartsWith(name, StringComparison.Ordinal));
        return long.Parse(line.AsSpan(name.Length).Trim().ToString().Split(' ')[0], CultureInfo.InvariantCulture) * 1024;
    }
}
