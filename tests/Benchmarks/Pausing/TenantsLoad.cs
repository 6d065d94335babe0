using System.Diagnostics;
using WasmActors.Actors.Admission;
using WasmActors.Actors.Handles;
using WasmActors.Actors.Stores;
using WasmActors.Runtime.Failures;

namespace WasmActors.Benchmarks.Pausing;

/// <summary>One tenant floods the host with calls by 64 stores; what another sees that calls a hundred times a second. Once by tenants
/// and once as if all were one.</summary>
internal static class TenantsLoad
{
    private const int FloodStores = 64;
    private const int CallersEach = 32;

    internal static async Task<bool> RunAsync(PauseOptions options)
    {
        foreach (bool tenants in new[] { true, false })
        {
            await using var host = await options.StartHostAsync(admission: new AdmissionOptions { WithoutTenants = !tenants }).ConfigureAwait(false);
            var module = await host.LoadTextAsync(PauseGuests.Working).ConfigureAwait(false);
            var good = await NewAsync(host, module, "good").ConfigureAwait(false);
            await PacedAsync(good, TimeSpan.FromSeconds(1)).ConfigureAwait(false);
            var idle = await PacedAsync(good, options.Length(10, 3)).ConfigureAwait(false);

            var stores = new FuncRef[FloodStores];
            for (int i = 0; i < FloodStores; i++)
            {
                stores[i] = await NewAsync(host, module, "flood").ConfigureAwait(false);
            }

            using var end = new CancellationTokenSource();
            Task[] flood = [.. stores.SelectMany(work => Enumerable.Range(0, CallersEach).Select(_ => Task.Run(() => FloodAsync(work, end.Token))))];

            await PacedAsync(good, TimeSpan.FromSeconds(1)).ConfigureAwait(false);
            var beside = await PacedAsync(good, options.Length(30, 5)).ConfigureAwait(false);
            await end.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(flood).ConfigureAwait(false);
            Console.WriteLine($"   {(tenants ? "by tenants" : "as ONE tenant")}: alone median {idle.P50:f2} ms, 99th percentile {idle.P99:f2} ms; beside the flood median {beside.P50:f2} ms, refused {beside.Refused}");
            PauseOptions.Tell("99th percentile beside the flood", $"{beside.P99:f2} ms", $"at most {2 * idle.P99:f2} ms", beside.P99 <= 2 * idle.P99);
        }

        return true;
    }

    private static async Task<FuncRef> NewAsync(WasmHost host, Runtime.Modules.WasmModule module, string tenant)
    {
        var store = await host.CreateStoreAsync(new StoreSpec { Tenant = tenant }).ConfigureAwait(false);
        return (await store.InstantiateAsync(module).ConfigureAwait(false)).GetFunc("work");
    }

    private static async Task FloodAsync(FuncRef work, CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            try
            {
                await work.CallAsync<int, int>(1).ConfigureAwait(false);
            }
            catch (WasmError busy) when (busy.RetryAfter is { } after)
            {
                await Task.Delay(after, CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    private static async Task<(double P50, double P99, int Refused)> PacedAsync(FuncRef work, TimeSpan length)
    {
        var times = new List<double>();
        int refused = 0;
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < length && await pace.WaitForNextTickAsync().ConfigureAwait(false))
        {
            long before = Stopwatch.GetTimestamp();
            try
            {
                await work.CallAsync<int, int>(1).ConfigureAwait(false);
                times.Add(Stopwatch.GetElapsedTime(before).TotalMilliseconds);
            }
            catch (WasmError busy) when (busy.Code == ErrorCode.Busy)
            {
                refused++;
            }
        }

        times.Sort();
        return (times[times.Count / 2], times[(int)(times.Count * 0.99)], refused);
    }
}
