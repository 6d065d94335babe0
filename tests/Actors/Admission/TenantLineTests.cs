using WasmActors.Actors.Admission;
using WasmActors.Actors.Handles;
using WasmActors.Actors.Stores;
using WasmActors.Actors.Tests.Support;
using WasmActors.Runtime.Failures;

namespace WasmActors.Actors.Tests.Admission;

/// <summary>A host with more to do than it can: what is measured while stores wait for a processor.</summary>
public sealed class TenantLineTests
{
    // More than are taken however long they take, which is 32 for each processor.
    private const int Enough = 100;

    // Some milliseconds of a processor.
    private const string Working = """
        (module (func (export "work") (param i32) (result i32) (local $i i32)
          (local.set $i (i32.const 3000000))
          (loop $l (br_if $l (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))
          (local.get 0)))
        """;

    [Fact]
    public async Task While_stores_wait_a_tenants_line_is_kept_short_and_another_tenant_is_not_refused()
    {
        var bounds = new AdmissionOptions { LongestWait = TimeSpan.FromMilliseconds(1) };
        await using var host = await WasmHost.StartAsync(HostFixture.Options with { Admission = bounds, Parallelism = 2 });
        var flood = new List<FuncRef>();
        for (int i = 0; i < 64; i++)
        {
            flood.Add((await host.NewAsync(Working, null, new StoreSpec { Tenant = "flood" })).GetFunc("work"));
        }

        var single = (await host.NewAsync(Working, null, new StoreSpec { Tenant = "single" })).GetFunc("work");
        var accepted = new List<Task<int>>();
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        WasmError? refusal = null;
        for (int i = 0; refusal is null; i++)
        {
            Assert.False(deadline.IsCancellationRequested, "Nothing was ever refused.");
            if (host.Admission.Waiting > Enough)
            {
                await Task.Delay(1); // the line stands: what its requests take is being measured
                continue;
            }

            var call = flood[i % flood.Count].CallAsync<int, int>(1);
            if (call.IsFaulted)
            {
                refusal = await Expect.ErrorAsync(ErrorCode.Busy, call);
            }
            else
            {
                accepted.Add(call.AsTask());
            }
        }

        Assert.Contains("AdmissionOptions.LongestWait", refusal.Message, StringComparison.Ordinal);
        Assert.True(refusal.RetryAfter >= TimeSpan.FromMicroseconds(100));
        Assert.Equal(7, await Expect.SoonAsync(single.CallAsync<int, int>(7)));
        Assert.All(await Expect.SoonAsync(Task.WhenAll(accepted)), static answer => Assert.Equal(1, answer));
        await Expect.ConditionAsync(() => host.Admission.Waiting == 0, "nobody waits");

        // With the line, what was measured is gone: nobody is refused for it.
        Assert.Equal(7, await Expect.SoonAsync(flood[0].CallAsync<int, int>(7)));
    }
}
