using Akka.Actor;
using WasmActors.Actors.Messages;
using WasmActors.Functions.Calls;
using WasmActors.Functions.Content;
using WasmActors.Functions.Idempotency;
using WasmActors.Runtime.Failures;
using static WasmActors.Functions.Calls.FunctionProtocol;

namespace WasmActors.Functions.Tests.Idempotency;

public class RememberedCallsTests
{
    private const int Room = 1 << 20;

    private readonly AnswerRoom _room = new(new ByteBudget(Room), new ByteBudget(Room));
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
        Assert.InRange(_room.Calls.Used, Room / 2, Room);
        Assert.InRange(_room.Outputs.Used, Room / 2, Room);
        keys.ForEach(static calls => calls.Clear());
        Assert.Equal((0, 0), (_room.Calls.Used, _room.Outputs.Used));
    }

    [Fact]
    public void A_place_that_was_not_used_is_given_back()
    {
        var calls = new RememberedCalls(_room, _shelf);

        calls.Reserve(new CallIdentity("a", 1));
        calls.Cancel(new CallIdentity("a", 1));

        Assert.Equal((0, 0), (_room.Calls.Used, _room.Outputs.Used));
        Assert.Null(calls.Find(1, new CallIdentity("a", 1), ActorRefs.Nobody, TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public void Failures_keep_their_frames_while_there_is_room_and_their_code_in_any_case()
    {
        var calls = new RememberedCalls(_room, _shelf);
        var failure = new WasmFailure("trap.unreachable", new string('m', 4096)) { Frames = [.. Enumerable.Repeat(new TrapFrame(1, "f", null, null, null), 64)] };
        for (int i = 0; i < RememberedCalls.MaxCalls; i++)
        {
            var identity = new CallIdentity($"{i}", 1);
            calls.Reserve(identity);
            calls.Add(identity, new Failed(1, failure));
        }

        var (first, last) = (Find("0"), Find($"{RememberedCalls.MaxCalls - 1}"));

        Assert.Equal((failure.Code, 0), (first.Code, first.Frames.Count));
        Assert.Equal((failure.Code, 64), (last.Code, last.Frames.Count));
        Assert.InRange(_room.Outputs.Used, Room / 2, Room);
        calls.Clear();
        Assert.Equal((0, 0), (_room.Calls.Used, _room.Outputs.Used));

        WasmFailure Find(string key) => ((Failed)calls.Find(2, new CallIdentity(key, 1), ActorRefs.Nobody, TimeSpan.FromSeconds(1))!).Failure;
    }

    private static void Remember(RememberedCalls calls, string key, int bytes)
    {
        calls.Reserve(new CallIdentity(key, 1));
        calls.Add(new CallIdentity(key, 1), new Answered(1, new FunctionAnswer(new FunctionOutput.Bytes(Payload.Inline(new byte[bytes])), default)));
    }
}
