using System.Diagnostics;
using WasmActors.Actors.Handles;
using WasmActors.Actors.Stores;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Limits;
using WasmActors.Runtime.Stores;

namespace WasmActors.Benchmarks.Pausing;

/// <summary>Short calls while endless guests run, and how those share what is left.</summary>
internal static class FairnessLoad
{
    internal static async Task<bool> RunAsync(PauseOptions options)
    {
        int guests = options.Quick ? 200 : 1000;
        var length = options.Length(30, 10);
        await using var host = await options.StartHostAsync().ConfigureAwait(false);
        var add = (await (await host.CreateStoreAsync().ConfigureAwait(false)).InstantiateAsync(await host.LoadTextAsync(PauseGuests.Add).ConfigureAwait(false)).ConfigureAwait(false)).GetFunc("add");
        await ShortCalls.MeasureAsync(add, TimeSpan.FromSeconds(2)).ConfigureAwait(false);
        var alone = await ShortCalls.MeasureAsync(add, TimeSpan.FromSeconds(5)).ConfigureAwait(false);

        using var cancellation = new CancellationTokenSource();
        var module = await host.LoadTextAsync(PauseGuests.Endless).ConfigureAwait(false);
        var spec = new StoreSpec
        {
            Options = new StoreOptions { Mode = ExecutionMode.Preemptive, Limits = new StoreLimits { Deadline = Timeout.InfiniteTimeSpan } },
            AfterInterrupt = FailurePolicy.Keep,
        };
        var endless = new InstanceRef[guests];
        for (int i = 0; i < guests; i++)
        {
            endless[i] = await (await host.CreateStoreAsync(spec).ConfigureAwait(false)).InstantiateAsync(module).ConfigureAwait(false);
        }

        var running = endless.Select(e => e.GetFunc("spin").CallAsync(cancellation.Token).AsTask()).ToArray();
        await AllRunAsync(endless, add).ConfigureAwait(false);
        long[] before = await CountsAsync(endless).ConfigureAwait(false);
        var disturbed = await ShortCalls.MeasureAsync(add, length).ConfigureAwait(false);
        long[] after = await CountsAsync(endless).ConfigureAwait(false);
        long[] shares = [.. after.Zip(before, static (a, b) => a - b).Order()];

        var clock = Stopwatch.StartNew();
        await cancellation.CancelAsync().ConfigureAwait(false);
        bool right = true;
        foreach (var call in running)
        {
            try
            {
                await call.WaitAsync(TimeSpan.FromSeconds(30)).ConfigureAwait(false);
                right = false;
            }
            catch (WasmException failure)
            {
                right &= failure.Code == ErrorCode.Cancelled;
            }
        }

        double ended = clock.Elapsed.TotalMilliseconds;
        Console.WriteLine($"   short calls alone: {alone.PerSecond:n0}/s, median {alone.P50:f1} us, 99th percentile {alone.P99:f1} us");
        Console.WriteLine($"   beside {guests} endless guests: {disturbed.PerSecond:n0}/s, median {disturbed.P50:f1} us");
        PauseOptions.Tell("99th percentile of a short call", $"{disturbed.P99 / 1000:f3} ms", "at most 5 ms", disturbed.P99 <= 5000);
        PauseOptions.Tell("throughput of short calls against undisturbed", $"{disturbed.PerSecond / alone.PerSecond:f2}", "at least 0.5", disturbed.PerSecond >= alone.PerSecond / 2);
        PauseOptions.Tell($"share of an endless guest over {length.TotalSeconds:f0} s, largest to smallest", shares[0] == 0 ? "one stood still" : $"{(double)shares[^1] / shares[0]:f2}", "at most 2", shares[0] > 0 && shares[^1] <= 2 * shares[0]);
        PauseOptions.Tell("all cancelled within", $"{ended:f0} ms", "1,000 ms", ended <= 1000);
        return right;
    }

    // Until every guest has had its first slices, and they share the processors as they will go on to.
    private static async Task AllRunAsync(InstanceRef[] guests, FuncRef add)
    {
        long start = Stopwatch.GetTimestamp();
        bool all = false;
        TimeSpan? first = null;
        while (!all && Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(60))
        {
            await ShortCalls.MeasureAsync(add, TimeSpan.FromSeconds(1)).ConfigureAwait(false);
            var statuses = await Task.WhenAll(guests.Select(static g => g.Store.GetStatusAsync().AsTask())).ConfigureAwait(false);
            all = statuses.All(static s => s.Slices > 6);
            first ??= statuses.All(static s => s.Slices > 0) ? Stopwatch.GetElapsedTime(start) : null;
        }

        PauseOptions.Tell("every guest has had its first slice after", $"{first?.TotalSeconds:f0} s", "at most 5 s", first <= TimeSpan.FromSeconds(5));
        Console.WriteLine($"   every guest has had {(all ? "seven slices" : "no seven slices yet")} after {Stopwatch.GetElapsedTime(start).TotalSeconds:f0} s");
    }

    private static async Task<long[]> CountsAsync(InstanceRef[] guests)
    {
        var counts = await Task.WhenAll(guests.Select(static g => g.GetGlobal("n").GetAsync().AsTask())).ConfigureAwait(false);
        return [.. counts.Select(static c => c.AsI64())];
    }
}
