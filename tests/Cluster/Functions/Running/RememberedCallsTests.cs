using WasmActors.Actors.Functions.Calls;
using WasmActors.Actors.Functions.Running;
using WasmActors.Runtime.Calls;
using static WasmActors.Actors.Functions.Calls.FunctionProtocol;

namespace WasmActors.Cluster.Tests.Functions.Running;

public class RememberedCallsTests
{
    private const int Room = 1 << 20;

    private readonly AnswerRoom _room = new(Room);
    private readonly PayloadShelf _shelf = new(TimeProvider.System, 1 << 30);

    [Fact]
    public void What_the_keys_of_a_node_remember_has_a_bound_and_comes_back()
    {
        var keys = new List<RememberedCalls>();
        WasmError? full = null;
        while (full is null && keys.Count < 100)
        {
            var calls = new RememberedCalls(_room, _shelf);
            keys.Add(calls);
            full = (WasmError?)Record.Exception(() =>
            {
                for (int i = 0; i < RememberedCalls.MaxCalls; i++)
                {
                    Remember(calls, $"{i}", 4000);
                }
            });
        }

        Assert.Equal(ErrorCode.Busy, full?.Code);
        Assert.InRange(_room.Used, Room / 2, Room);
        keys.ForEach(static calls => calls.Clear());
        Assert.Equal(0, _room.Used);
    }

    [Fact]
    public void A_place_that_was_not_used_is_given_back()
    {
        var calls = new RememberedCalls(_room, _shelf);

        calls.Reserve();
        calls.Cancel();

        Assert.Equal(0, _room.Used);
        Assert.Null(calls.Find(1, new CallIdentity("a", 1), TimeSpan.FromSeconds(1)));
    }

    private static void Remember(RememberedCalls calls, string key, int bytes)
    {
        calls.Reserve();
        calls.Add(new CallIdentity(key, 1), new Answered(1, new FunctionAnswer(new FunctionOutput.Bytes(Payload.Inline(new byte[bytes])), default)));
    }
}
