using WasmActors.Actors.Messages;
using WasmActors.Actors.Requests;
using WasmActors.Actors.Tests.Support;
using WasmActors.Runtime.Modules;

namespace WasmActors.Actors.Tests.Requests;

/// <summary>When a request's actor is asked to look at it.</summary>
public sealed class RequestTimesTests
{
    [Fact]
    public async Task A_time_that_is_set_while_an_earlier_one_comes_due_is_kept()
    {
        using var engine = new WasmEngine();
        var cell = Cells.New(engine);
        for (int round = 0; round < 2_000; round++)
        {
            var request = new CommandRequest<StoreProtocol.Done>(new StoreProtocol.CollectGuestHeap());
            Assert.Null(request.TrySend(cell, long.MaxValue, CancellationToken.None));
            Assert.True(request.TryTake());
            long later = cell.Now + (3_600 * cell.Clock.TimestampFrequency);
            request.AttendAt(cell.Now - 1);

            using var both = new Barrier(2);
            var sweeping = Task.Run(() =>
            {
                both.SignalAndWait();
                request.Sweep();
            });
            both.SignalAndWait();
            request.AttendAt(later);
            await Expect.SoonAsync(sweeping);

            Assert.Equal(later, request.NextDue);
        }
    }
}
