using System.Diagnostics;
using WasmActors.Actors.Handles;
using WasmActors.Actors.Stores;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Stores;

namespace WasmActors.Resilience.Measuring;

/// <summary>A well-behaved tenant: some callers, each with a store of its own, that make a short call about every millisecond and check its answer.</summary>
internal sealed class QuietTenant
{
    internal const int Callers = 4;

    // About 20 microseconds.
    private const int Rounds = 20_000;

    private const string Guest = """
        (module (func (export "count") (param i32 i32) (result i32)
          (loop $again
            (local.set 1 (i32.sub (local.get 1) (i32.const 1)))
            (local.set 0 (i32.add (local.get 0) (i32.const 1)))
            (br_if $again (local.get 1)))
          (local.get 0)))
        """;

    private static readonly TimeSpan s_pace = TimeSpan.FromMilliseconds(1);

    private readonly FuncRef[] _functions;

    private QuietTenant(FuncRef[] functions) => _functions = functions;

    internal static async Task<QuietTenant> CreateAsync(WasmHost host)
    {
        var module = await host.LoadTextAsync(Guest, "quiet").ConfigureAwait(false);
        var functions = new FuncRef[Callers];
        for (int i = 0; i < Callers; i++)
        {
            var store = await host.CreateStoreAsync(new StoreSpec { Tenant = "quiet", Options = new StoreOptions { Mode = ExecutionMode.Preemptive } }).ConfigureAwait(false);
            functions[i] = (await store.InstantiateAsync(module).ConfigureAwait(false)).GetFunc("count");
        }

        return new QuietTenant(functions);
    }

    /// <summary>Calls for a time, after which what a call costs is known; a first part warms up.</summary>
    internal async Task<Latencies> MeasureAsync(TimeSpan length)
    {
        using var end = new CancellationTokenSource(length);
        return await MeasureAsync(end.Token).ConfigureAwait(false);
    }

    /// <summary>Calls until it is cancelled.</summary>
    internal async Task<Latencies> MeasureAsync(CancellationToken end)
    {
        var latencies = new Latencies();
        await Task.WhenAll(_functions.Select(f => Task.Run(() => CallAsync(f, latencies, end), CancellationToken.None))).ConfigureAwait(false);
        return latencies;
    }

    private static async Task CallAsync(FuncRef count, Latencies latencies, CancellationToken end)
    {
        for (int i = 0; !end.IsCancellationRequested; i++)
        {
            long start = Stopwatch.GetTimestamp();
            try
            {
                if (await count.CallAsync<int, int, int>(i, Rounds).ConfigureAwait(false) != i + Rounds)
                {
                    throw new InvalidOperationException("A well-behaved tenant got a wrong answer.");
                }
            }
            catch (WasmException late) when (late.Code is ErrorCode.DeadlineExceeded)
            {
                // As long as that deadline, which no target allows.
            }

            latencies.AddSince(start);
            await Task.Delay(s_pace, CancellationToken.None).ConfigureAwait(false);
        }
    }
}
