using WasmActors.Actors.Handles;
using WasmActors.Functions.Api;
using WasmActors.Functions.Tests.Support;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Values;

namespace WasmActors.Functions.Tests.Calls;

public class FunctionReplyTests(NodeFixture fixture) : IClassFixture<NodeFixture>
{
    private readonly TestNode _node = fixture.Node;

    [Fact]
    public async Task A_reply_says_which_version_answered_and_where_the_time_went()
    {
        var spec = new FunctionSpec("told") { Reuse = StoreReuse.UntilIdle, Limits = new FunctionLimits { Stores = 1 } };
        await _node.DeployAsync(spec, Wat.Counter);
        var function = _node.Functions.Get("told");

        var first = await Expect.SoonAsync(function.SendAsync(FunctionRequest.Numbers("next", [])));
        var second = await Expect.SoonAsync(function.SendAsync(FunctionRequest.Numbers("next", [])));
        await _node.DeployAsync(spec, Wat.Hundreds);
        var third = await Expect.SoonAsync(function.SendAsync(FunctionRequest.Numbers("next", [])));

        Assert.Equal((1, 1, 2), (first.Version, second.Version, third.Version));
        Assert.Equal((1, 2, 100), (first.Results.Value.AsI32(), second.Results.Value.AsI32(), third.Results.Value.AsI32()));
        Assert.True(first.Timing.Start > TimeSpan.Zero, "The first call made a store.");
        Assert.Equal(TimeSpan.Zero, second.Timing.Start);
        Assert.All([first, second, third], static r => Assert.True(r.Timing.Run > TimeSpan.Zero && !r.Replayed));
    }

    [Theory]
    [InlineData(FunctionKind.Stateless)]
    [InlineData(FunctionKind.Keyed)]
    public async Task The_time_that_a_call_waits_for_others_is_its_queue_time(FunctionKind kind)
    {
        string name = $"queued-{kind}".ToLowerInvariant();
        await _node.DeployAsync(new FunctionSpec(name) { Kind = kind, Limits = new FunctionLimits { Stores = 1 } }, Wat.Counter);
        var function = _node.Functions.Get(name, kind == FunctionKind.Keyed ? "k" : null);
        var spin = function.CallAsync("spin", new CallOptions(TimeSpan.FromMilliseconds(400)));

        var reply = await Expect.SoonAsync(function.SendAsync(FunctionRequest.Numbers("next", [])));

        var failure = await Expect.FailureAsync(ErrorCode.DeadlineExceeded, spin);
        Assert.InRange(reply.Timing.Queue, TimeSpan.FromMilliseconds(100), Expect.Patience);
        Assert.True(reply.Timing.Start > TimeSpan.Zero);
        Assert.InRange(CallDetails.Of(failure)!.Value.Timing.Run, TimeSpan.FromMilliseconds(100), Expect.Patience);
        Assert.Equal(1, CallDetails.Of(failure)!.Value.Version);
    }

    [Fact]
    public async Task A_failure_tells_as_much_as_a_reply()
    {
        await _node.DeployAsync(new FunctionSpec("failing"), Wat.Counter);
        await _node.DeployAsync(new FunctionSpec("failing-keyed") { Kind = FunctionKind.Keyed }, Wat.Counter);

        foreach (var function in new[] { _node.Functions.Get("failing"), _node.Functions.Get("failing-keyed", "k") })
        {
            var failure = await Expect.FailureAsync("trap.unreachable", function.SendAsync(FunctionRequest.Numbers("trap", [])));

            var details = CallDetails.Of(failure);
            Assert.Equal(1, details?.Version);
            Assert.True(details?.Timing.Start > TimeSpan.Zero);
        }
    }

    [Fact]
    public async Task Bytes_and_programs_are_answered_by_the_same_way()
    {
        await _node.DeployAsync(new FunctionSpec("reply-bytes") { Convention = CallingConvention.Bytes }, Wat.Echo);
        await _node.DeployAsync(new FunctionSpec("reply-program") { Convention = CallingConvention.WasiCommand }, Wat.CopyThenFail);

        var bytes = await Expect.SoonAsync(_node.Functions.Get("reply-bytes").SendAsync(FunctionRequest.Bytes("echo", "abc"u8.ToArray())));
        var program = await Expect.SoonAsync(_node.Functions.Get("reply-program").SendAsync(FunctionRequest.Program(new ProgramInput("in"u8.ToArray()))));

        Assert.Equal("abc"u8.ToArray(), bytes.Bytes.ToArray());
        Assert.Equal("in"u8.ToArray(), program.Program!.Stdout.ToArray());
        Assert.Equal(1, program.Version);
        Assert.True(program.Timing.Start > TimeSpan.Zero && program.Timing.Run > TimeSpan.Zero);
    }

    [Fact]
    public void References_are_no_arguments() =>
        Assert.Equal(ErrorCode.BadArguments, Assert.Throws<WasmError>(() => FunctionRequest.Numbers("f", [1, Val.ExternRef("mine")])).Code);
}
