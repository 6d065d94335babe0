using WasmActors.Actors.Handles;
using WasmActors.Actors.Tests.Support;

namespace WasmActors.Actors.Tests.Dispatch;

public sealed class WorkerProbeTests
{
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Workers_that_host_functions_hold_do_not_work_and_work_again_when_they_return()
    {
        await using var host = await WasmHost.StartAsync(HostFixture.Options with { Parallelism = 2 });
        Assert.True(await host.IsWorkingAsync(s_soon));
        using var first = new Gate();
        using var second = new Gate();

        var one = await CallAsync(host, first);
        Assert.True(await host.IsWorkingAsync(s_soon));
        var two = await CallAsync(host, second);
        Assert.False(await host.IsWorkingAsync(TimeSpan.FromMilliseconds(200)));
        first.Open();
        second.Open();

        Assert.Equal((1, 1), (await Expect.SoonAsync(one), await Expect.SoonAsync(two)));
        Assert.True(await host.IsWorkingAsync(s_soon));
    }

    private static async Task<Task<int>> CallAsync(WasmHost host, Gate gate)
    {
        var guest = await host.NewAsync(Guests.Worker, Guests.HostImport(gate.Pass));
        var call = guest.GetFunc("call_host").CallAsync<int, int>(1).AsTask();
        await gate.Entered;
        return call;
    }
}
