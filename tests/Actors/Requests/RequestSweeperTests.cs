using WasmActors.Actors.Requests;

namespace WasmActors.Actors.Tests.Requests;

public sealed class RequestSweeperTests
{
    [Theory]
    [InlineData(0.01, 1)]
    [InlineData(1, 1)]
    [InlineData(1.2, 2)]
    [InlineData(0, 0)]
    public void It_waits_for_whole_milliseconds_and_rather_one_more(double left, int waits) =>
        Assert.Equal(waits, RequestSweeper.Milliseconds(TimeSpan.FromMilliseconds(left)));
}
