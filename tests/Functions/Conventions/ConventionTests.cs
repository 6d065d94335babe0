using System.Security.Cryptography;
using System.Text;
using WasmActors.Actors.Handles;
using WasmActors.Functions.Api;
using WasmActors.Functions.Hosting;
using WasmActors.Functions.Tests.Support;
using WasmActors.Runtime.Failures;

namespace WasmActors.Functions.Tests.Conventions;

/// <summary>Each convention, by a stateless and by a keyed function.</summary>
public class ConventionTests(NodeFixture fixture) : IClassFixture<NodeFixture>
{
    private readonly TestNode _node = fixture.Node;

    [Theory]
    [InlineData(FunctionKind.Stateless)]
    [InlineData(FunctionKind.Keyed)]
    public async Task Numbers_are_converted_where_nothing_is_lost(FunctionKind kind)
    {
        var function = await DeployAsync(kind, CallingConvention.Core, Wat.Counter);

        Assert.Equal(long.MaxValue, (await Expect.SoonAsync(function.CallAsync("add", long.MaxValue - 1, 1))).Value.AsI64());
        await Expect.FailureAsync(ErrorCode.BadArguments, function.CallAsync("add", 1));
        await Expect.FailureAsync(ErrorCode.BadArguments, function.CallAsync("add", 1.5, 1));
        await Expect.FailureAsync(ErrorCode.BadArguments, function.CallAsync("add", "1", 1));
        await Expect.FailureAsync(ErrorCode.ExportNotFound, function.CallAsync("missing"));
    }

    [Theory]
    [InlineData(FunctionKind.Stateless)]
    [InlineData(FunctionKind.Keyed)]
    public async Task A_trap_keeps_its_code_and_its_frames(FunctionKind kind)
    {
        var function = await DeployAsync(kind, CallingConvention.Core, Wat.Counter);

        var trap = Assert.IsType<Trap>(await Expect.FailureAsync("trap.unreachable", function.CallAsync("trap")));

        Assert.Equal(TrapCode.Unreachable, trap.TrapCode);
        Assert.Equal("counter", Assert.Single(trap.Frames).ModuleName);
    }

    [Theory]
    [InlineData(FunctionKind.Stateless)]
    [InlineData(FunctionKind.Keyed)]
    public async Task A_guest_that_keeps_on_ends_with_its_calls_time_and_the_next_call_has_a_fresh_store(FunctionKind kind)
    {
        var function = await DeployAsync(kind, CallingConvention.Core, Wat.Counter);
        await Expect.SoonAsync(function.CallAsync("next"));

        WasmException? failure = null;
        await Expect.ConditionAsync(
            async () =>
            {
                failure = await Assert.ThrowsAnyAsync<WasmException>(() => function.CallAsync("spin", new CallOptions(TimeSpan.FromSeconds(1))).AsTask());
                Assert.Contains(failure.Code, new[] { ErrorCode.DeadlineExceeded, FunctionErrorCode.Unanswered }, StringComparer.Ordinal);
                return failure is Trap; // on a loaded machine the time may be over before the guest is reached, or before the answer comes
            },
            "the guest was interrupted");

        Assert.Equal(StoreFate.Stopped, failure!.Fate);
        Assert.Equal(1, (await Expect.SoonAsync(function.CallAsync("next"))).Value.AsI32());
    }

    [Theory]
    [InlineData(FunctionKind.Stateless, 0)]
    [InlineData(FunctionKind.Stateless, 1)]
    [InlineData(FunctionKind.Stateless, 300_000)]
    [InlineData(FunctionKind.Keyed, 0)]
    [InlineData(FunctionKind.Keyed, 1)]
    [InlineData(FunctionKind.Keyed, 300_000)]
    public async Task Bytes_go_in_and_come_out(FunctionKind kind, int length)
    {
        var function = await DeployAsync(kind, CallingConvention.Bytes, Wat.Echo);
        byte[] input = RandomNumberGenerator.GetBytes(length);

        Assert.Equal(input, (await Expect.SoonAsync(function.CallBytesAsync("echo", input))).ToArray());
    }

    [Fact]
    public async Task Bytes_that_were_taken_are_given_back_to_the_guest()
    {
        var function = await DeployAsync(FunctionKind.Keyed, CallingConvention.Bytes, Wat.Echo);
        await Expect.SoonAsync(function.CallBytesAsync("echo", "12345"u8.ToArray()));

        Assert.Equal([5], (await Expect.SoonAsync(function.CallBytesAsync("freed", default))).ToArray());
    }

    [Theory]
    [InlineData("outside", FunctionErrorCode.BrokenConvention)]
    [InlineData("huge", FunctionErrorCode.PayloadTooLarge)]
    [InlineData("number", ErrorCode.BadSignature)]
    [InlineData("missing", ErrorCode.ExportNotFound)]
    public async Task A_guest_that_does_not_keep_to_the_convention_fails_the_call(string export, string code)
    {
        var function = await DeployAsync(FunctionKind.Stateless, CallingConvention.Bytes, Wat.Echo);

        await Expect.FailureAsync(code, function.CallBytesAsync(export, "x"u8.ToArray()));
    }

    [Theory]
    [InlineData(FunctionKind.Stateless)]
    [InlineData(FunctionKind.Keyed)]
    public async Task Input_over_the_limit_is_refused(FunctionKind kind)
    {
        var function = await DeployAsync(kind, CallingConvention.Bytes, Wat.Echo, new FunctionLimits { PayloadBytes = 100_000 });

        await Expect.FailureAsync(FunctionErrorCode.PayloadTooLarge, function.CallBytesAsync("echo", new byte[100_001]));
        Assert.Equal(100_000, (await Expect.SoonAsync(function.CallBytesAsync("echo", new byte[100_000]))).Length);
    }

    [Fact]
    public async Task A_program_gets_its_input_and_leaves_its_output_and_status()
    {
        var function = await DeployAsync(FunctionKind.Stateless, CallingConvention.WasiCommand, Wat.CopyThenFail);
        byte[] input = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 20_000).Select(static i => $"line {i}\n")));

        var output = await Expect.SoonAsync(function.RunAsync(new ProgramInput(input)));

        Assert.Equal(3, output.Status);
        Assert.Equal(input, output.Stdout.ToArray());
        Assert.True(output.Stderr.IsEmpty);
    }

    [Fact]
    public async Task A_program_that_writes_more_than_it_may_fails_the_call()
    {
        var function = await DeployAsync(FunctionKind.Stateless, CallingConvention.WasiCommand, Wat.CopyThenFail, new FunctionLimits { PayloadBytes = 10 });

        Assert.Equal(10, (await Expect.SoonAsync(function.RunAsync(new ProgramInput(new byte[10])))).Stdout.Length);
        await Expect.FailureAsync(FunctionErrorCode.PayloadTooLarge, function.RunAsync(new ProgramInput(new byte[11])));
    }

    [Fact]
    public async Task What_a_caller_may_not_give_a_program_is_refused()
    {
        var function = await DeployAsync(FunctionKind.Stateless, CallingConvention.WasiCommand, Wat.CopyThenFail);
        var input = new ProgramInput(default);

        await Expect.FailureAsync(FunctionErrorCode.NotGranted, function.RunAsync(input with { Arguments = ["-x"] }));
        await Expect.FailureAsync(FunctionErrorCode.PayloadTooLarge, function.RunAsync(input with { Arguments = [new string('x', 40_000)] }));
        await Expect.FailureAsync(FunctionErrorCode.NotGranted, function.RunAsync(input with { Environment = input.Environment.Add("LANG", "C") }));
    }

    [Fact]
    public async Task A_call_of_another_convention_is_refused()
    {
        var core = await DeployAsync(FunctionKind.Keyed, CallingConvention.Core, Wat.Counter);
        var bytes = await DeployAsync(FunctionKind.Stateless, CallingConvention.Bytes, Wat.Echo);

        await Expect.FailureAsync(FunctionErrorCode.WrongConvention, core.CallBytesAsync("next", default));
        await Expect.FailureAsync(FunctionErrorCode.WrongConvention, core.RunAsync(new ProgramInput(default)));
        await Expect.FailureAsync(FunctionErrorCode.WrongConvention, bytes.CallAsync("echo", 1, 2));
    }

    [Fact]
    public async Task A_key_belongs_to_keyed_functions_only()
    {
        var keyed = await DeployAsync(FunctionKind.Keyed, CallingConvention.Core, Wat.Counter);
        var stateless = await DeployAsync(FunctionKind.Stateless, CallingConvention.Core, Wat.Counter);

        Assert.Contains("is keyed", (await Expect.FailureAsync(FunctionErrorCode.WrongKind, _node.Functions.Get(keyed.Name).CallAsync("next"))).Message, StringComparison.Ordinal);
        Assert.Contains("is stateless", (await Expect.FailureAsync(FunctionErrorCode.WrongKind, stateless.WithKey("k").CallAsync("next"))).Message, StringComparison.Ordinal);
    }

    private async Task<FunctionRef> DeployAsync(FunctionKind kind, CallingConvention convention, string wat, FunctionLimits? limits = null)
    {
        string name = $"f{Guid.NewGuid():n}";
        await _node.DeployAsync(new FunctionSpec(name) { Kind = kind, Convention = convention, Limits = limits ?? new() }, wat);
        return _node.Functions.Get(name, kind == FunctionKind.Keyed ? "key/ä" : null);
    }
}
