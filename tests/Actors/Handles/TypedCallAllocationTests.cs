using WasmActors.Actors.Tests.Support;

namespace WasmActors.Actors.Tests.Handles;

[Collection(Alone.Name)]
[Trait("Row", "5")]
public class TypedCallAllocationTests(HostFixture fixture) : IClassFixture<HostFixture>
{
    private const int Calls = 2_000;

    [Fact]
    public async Task Typed_calls_allocate_nothing_in_steady_state()
    {
        var add = (await fixture.NewAsync(Guests.Worker, Guests.NoHost)).GetFunc("add");
        long least = long.MaxValue;
        for (int round = 0; round < 20; round++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            for (int i = 0; i < Calls; i++)
            {
                _ = await add.CallAsync<int, int, int>(i, 1);
            }

            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        // The loop itself allocates a little, whatever the number of calls; one object per call would be 24 bytes each.
        Assert.True(least < Calls, $"{Calls} typed calls allocated {least} bytes.");
    }
}
