using WasmActors.Actors.Handles;
using WasmActors.Functions.Api;
using WasmActors.Functions.Hosting;
using WasmActors.Functions.Idempotency;
using WasmActors.Functions.Tests.Support;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Values;

namespace WasmActors.Functions.Tests.Idempotency;

public class IdempotencyTests(NodeFixture fixture) : IClassFixture<NodeFixture>
{
    // Counts whatever it does.
    private const string Counter = """
        (module
          (global $n (mut i32) (i32.const 0))
          (func $count (export "next") (result i32)
            (global.set $n (i32.add (global.get $n) (i32.const 1)))
            (global.get $n))
          (func (export "plus") (param i32) (result i32) (i32.add (call $count) (local.get 0)))
          (func (export "fall") (drop (call $count)) unreachable)
          (func (export "slow") (param $left i64) (result i32)
            (loop $again
              (local.set $left (i64.sub (local.get $left) (i64.const 1)))
              (br_if $again (i64.gt_s (local.get $left) (i64.const 0))))
            (call $count))
          (func (export "spin") (loop $again (br $again))))
        """;

    private readonly TestNode _node = fixture.Node;

    [Fact]
    public async Task A_second_call_gets_the_first_ones_answer_and_does_not_run()
    {
        var function = await DeployAsync("repeated");

        var first = await SendAsync(function, "next", "a");
        var second = await SendAsync(function, "next", "a");
        var other = await SendAsync(function, "next", "b");

        Assert.Equal((1, false), (first.Results.Value.AsI32(), first.Replayed));
        Assert.Equal((1, true), (second.Results.Value.AsI32(), second.Replayed));
        Assert.Equal((2, false), (other.Results.Value.AsI32(), other.Replayed));
        Assert.Equal(first.Details with { Replayed = true }, second.Details);
        Assert.Equal(3, (await Expect.SoonAsync(function.CallAsync("next"))).Value.AsI32());
    }

    [Fact]
    public async Task A_repetition_waits_for_the_first_while_it_runs()
    {
        var function = await DeployAsync("repeated-early");

        var replies = await Expect.SoonAsync(Task.WhenAll(Enumerable.Range(0, 5).Select(_ => SendAsync(function, "slow", "a", 100_000_000L))));

        Assert.All(replies, static r => Assert.Equal(1, r.Results.Value.AsI32()));
        Assert.Equal(4, replies.Count(static r => r.Replayed));
    }

    [Fact]
    public async Task The_same_name_for_another_call_is_refused()
    {
        var function = await DeployAsync("mismatched");
        await SendAsync(function, "plus", "a", 1);

        var failure = await Expect.FailureAsync(FunctionErrorCode.IdempotencyMismatch, SendAsync(function, "plus", "a", 2));
        await Expect.FailureAsync(FunctionErrorCode.IdempotencyMismatch, SendAsync(function, "next", "a"));

        Assert.False(CallDetails.CouldHaveRun(failure));
        Assert.Equal(2, (await Expect.SoonAsync(function.CallAsync("next"))).Value.AsI32());
    }

    [Fact]
    public async Task A_failure_of_a_call_that_ran_is_its_answer()
    {
        var function = await DeployAsync("fallen");

        var first = await Expect.FailureAsync("trap.unreachable", SendAsync(function, "fall", "a"));
        var second = await Expect.FailureAsync("trap.unreachable", SendAsync(function, "fall", "a"));

        Assert.Equal((false, true), (CallDetails.Of(first)!.Value.Replayed, CallDetails.Of(second)!.Value.Replayed));
        Assert.True(CallDetails.CouldHaveRun(first) && CallDetails.CouldHaveRun(second));
        Assert.Equal(Assert.IsType<Trap>(first).Frames, Assert.IsType<Trap>(second).Frames);
        Assert.Equal(2, (await Expect.SoonAsync(function.CallAsync("next"))).Value.AsI32());
    }

    [Fact]
    public async Task A_call_that_was_interrupted_is_not_run_again()
    {
        var function = await DeployAsync("interrupted");
        var request = FunctionRequest.Numbers("spin", []) with { IdempotencyKey = "a" };

        await Expect.FailureAsync(ErrorCode.DeadlineExceeded, function.SendAsync(request, new CallOptions(TimeSpan.FromMilliseconds(200))));
        var second = await Expect.FailureAsync(ErrorCode.DeadlineExceeded, function.SendAsync(request));

        Assert.True(CallDetails.Of(second)!.Value.Replayed);
    }

    [Fact]
    public async Task A_call_that_did_not_begin_is_not_remembered()
    {
        var function = await DeployAsync("not-begun");
        var unknown = await Expect.FailureAsync(ErrorCode.ExportNotFound, SendAsync(function, "nobody", "a"));
        await Expect.FailureAsync(ErrorCode.BadArguments, SendAsync(function, "plus", "b", 1, 2));
        var spin = function.CallAsync("spin", new CallOptions(TimeSpan.FromMilliseconds(300)));
        var late = function.SendAsync(FunctionRequest.Numbers("next", []) with { IdempotencyKey = "c" }, new CallOptions(TimeSpan.FromMilliseconds(20))).AsTask();

        await Expect.FailureAsync(ErrorCode.DeadlineExceeded, spin);
        await Assert.ThrowsAnyAsync<WasmException>(() => Expect.SoonAsync(late));

        Assert.False(CallDetails.CouldHaveRun(unknown));
        foreach (string name in new[] { "a", "b", "c" })
        {
            Assert.False((await SendAsync(function, "next", name)).Replayed);
        }
    }

    [Fact]
    public async Task The_last_hundred_calls_are_remembered()
    {
        var function = await DeployAsync("hundred");
        for (int i = 0; i <= RememberedCalls.MaxCalls; i++)
        {
            await SendAsync(function, "next", $"{i}");
        }

        Assert.Equal((2, true), await ValueAsync("1"));
        Assert.Equal((RememberedCalls.MaxCalls + 1, true), await ValueAsync($"{RememberedCalls.MaxCalls}"));
        Assert.Equal((RememberedCalls.MaxCalls + 2, false), await ValueAsync("0"));

        async Task<(int Value, bool Replayed)> ValueAsync(string name)
        {
            var reply = await SendAsync(function, "next", name);
            return (reply.Results.Value.AsI32(), reply.Replayed);
        }
    }

    [Fact]
    public async Task Bytes_are_answered_again_until_newer_ones_take_their_room_and_never_by_running_again()
    {
        await _node.DeployAsync(new FunctionSpec("bytes-again") { Kind = FunctionKind.Keyed, Convention = CallingConvention.Bytes, Limits = new() { PayloadBytes = 4 << 20 } }, Wat.Echo);
        var function = _node.Functions.Get("bytes-again", "k");
        byte[] most = new byte[RememberedCalls.MaxBytes * 2 / 3];
        most[^1] = 7;
        var (first, second, tooLarge) = (Request("a", most), Request("b", most), Request("c", new byte[RememberedCalls.MaxBytes + 1]));

        await Expect.SoonAsync(function.SendAsync(first));
        Assert.Equal(most, (await Expect.SoonAsync(function.SendAsync(first))).Bytes.ToArray());
        await Expect.SoonAsync(function.SendAsync(second));
        await Expect.SoonAsync(function.SendAsync(tooLarge));

        var again = await Expect.SoonAsync(function.SendAsync(second));
        Assert.True(again.Replayed && again.Bytes.Span.SequenceEqual(most));
        foreach (var request in new[] { first, tooLarge })
        {
            var failure = await Expect.FailureAsync(FunctionErrorCode.AnswerNotKept, function.SendAsync(request));
            Assert.True(CallDetails.CouldHaveRun(failure));
        }

        static FunctionRequest Request(string name, byte[] input) => FunctionRequest.Bytes("echo", input) with { IdempotencyKey = name };
    }

    [Fact]
    public async Task Only_calls_of_keys_can_be_repeated()
    {
        await _node.DeployAsync(new FunctionSpec("forgetful"), Counter);

        await Expect.FailureAsync(FunctionErrorCode.BadIdempotencyKey, SendAsync(_node.Functions.Get("forgetful"), "next", "a"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("line\n")]
    [InlineData("käy")]
    [InlineData(null)]
    public async Task A_name_that_is_none_is_refused(string? name)
    {
        var function = await DeployAsync("misnamed");

        await Expect.FailureAsync(FunctionErrorCode.BadIdempotencyKey, SendAsync(function, "next", name ?? new string('x', FunctionRequest.MaxIdempotencyKey + 1)));
        await SendAsync(function, "next", new string('~', FunctionRequest.MaxIdempotencyKey));
    }

    private async Task<FunctionRef> DeployAsync(string name)
    {
        await _node.DeployAsync(new FunctionSpec(name) { Kind = FunctionKind.Keyed }, Counter);
        return _node.Functions.Get(name, "k");
    }

    private static Task<FunctionReply> SendAsync(FunctionRef function, string export, string idempotencyKey, params Val[] arguments) =>
        Expect.SoonAsync(function.SendAsync(FunctionRequest.Numbers(export, arguments) with { IdempotencyKey = idempotencyKey }));
}
