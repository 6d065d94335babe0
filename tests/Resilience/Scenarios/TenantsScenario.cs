using System.Diagnostics;
using WasmActors.Actors.Handles;
using WasmActors.Actors.Imports;
using WasmActors.Actors.Stores;
using WasmActors.Resilience.Running;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Values;

namespace WasmActors.Resilience.Scenarios;

/// <summary>
/// Tenants call with numbers that nobody else uses. A guest answers the number and the one of its tenant's call before, some of them by
/// way of an import that is answered later; calls that are cancelled lie in between, whose pooled parts the others get next.
/// </summary>
internal static class TenantsScenario
{
    private const string Stores = "stores";
    private const int Tenants = 64;
    private const int CancelledOneOf = 2048;

    private const string Guest = """
        (module
          (import "env" "confirm" (func $confirm (param i64) (result i64)))
          (global $last (mut i64) (i64.const 0))
          (func (export "exchange") (param i64) (result i64 i64) (local i64)
            (local.set 1 (global.get $last))
            (global.set $last (local.get 0))
            (local.get 1)
            (call $confirm (local.get 0)))
          (func (export "spin") (loop $again (br $again))))
        """;

    internal static Scenario Scenario { get; } = new(
        "tenants",
        "Calls of 64 tenants with a number of their own each: no answer is another's.",
        new Dictionary<string, string>(StringComparer.Ordinal) { [Stores] = "all tenants share one store" },
        RunAsync);

    private static async Task RunAsync(ScenarioRun run)
    {
        long each = Math.Max(1, run.CountOf(10_000_000, 200_000) / Tenants);
        var host = await WasmHost.StartAsync(ScenarioRun.HostOptions).ConfigureAwait(false);
        await using var _ = host.ConfigureAwait(false);
        var instances = new InstanceRef[Tenants];
        for (int tenant = 0; tenant < Tenants; tenant++)
        {
            instances[tenant] = run.Has(Stores) || tenant == 0 ? await NewAsync(host, tenant).ConfigureAwait(false) : instances[0];
        }

        long answers = 0;
        long foreign = 0;
        long cancelled = 0;
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(instances.Select((instance, tenant) => Task.Run(async () =>
        {
            var exchange = instance.GetFunc("exchange");
            var spin = instance.GetFunc("spin");
            long last = 0;
            long own = 0;
            long others = 0;
            for (long i = 1; i <= each; i++)
            {
                long number = ((long)(tenant + 1) << 40) | i;
                (long before, long same) = await exchange.CallAsync<long, (long, long)>(number).ConfigureAwait(false);
                if (before == last && same == number)
                {
                    own++;
                }
                else
                {
                    others++;
                }

                last = number;
                if (i % CancelledOneOf == tenant)
                {
                    await CancelAsync(spin).ConfigureAwait(false);
                    Interlocked.Increment(ref cancelled);
                }
            }

            Interlocked.Add(ref answers, own);
            Interlocked.Add(ref foreign, others);
        }))).ConfigureAwait(false);

        ScenarioRun.Tell($"{(answers + foreign) / clock.Elapsed.TotalSeconds:n0} calls a second; {cancelled:n0} cancelled ones in between");
        run.Judge("answers of a tenant's own", $"{answers:n0}", $"{each * Tenants:n0}", answers == each * Tenants);
        run.Judge("answers with another's number", $"{foreign:n0}", "0", foreign == 0);
    }

    // Half of them direct, a quarter in time slices, a quarter with an import that is answered later.
    private static async Task<InstanceRef> NewAsync(WasmHost host, int tenant)
    {
        var imports = tenant % 4 == 3
            ? new ImportMap().Serve("env", "confirm", static async (long number) =>
            {
                await Task.Yield();
                return number;
            })
            : new ImportSet().Define("env", "confirm", static (long number) => number);
        var spec = new StoreSpec
        {
            AfterInterrupt = FailurePolicy.Keep,
            Options = new StoreOptions { Mode = tenant % 4 < 2 ? ExecutionMode.Direct : ExecutionMode.Preemptive },
        };
        var module = await host.LoadTextAsync(Guest).ConfigureAwait(false);
        return await (await host.CreateStoreAsync(spec).ConfigureAwait(false)).InstantiateAsync(module, imports).ConfigureAwait(false);
    }

    private static async Task CancelAsync(FuncRef spin)
    {
        using var soon = new CancellationTokenSource(TimeSpan.FromMilliseconds(1));
        try
        {
            await spin.CallAsync<Nothing>(soon.Token).ConfigureAwait(false);
            throw new InvalidOperationException("An endless guest returned.");
        }
        catch (WasmException failure) when (failure.Code == ErrorCode.Cancelled)
        {
            // As asked.
        }
    }
}
