using System.Security.Cryptography;
using Akka.Actor;
using Akka.Configuration;
using WasmActors.Actors.Handles;
using WasmActors.Functions.Api;
using WasmActors.Functions.Hosting;
using WasmActors.Functions.Tests.Support;
using WasmActors.Runtime.Failures;

namespace WasmActors.Functions.Tests.Hosting;

/// <summary>Calls from an actor system that is no node of the cluster.</summary>
public sealed class ClientTests(NodeFixture fixture) : IClassFixture<NodeFixture>, IAsyncLifetime
{
    private readonly TestNode _node = fixture.Node;
    private ActorSystem _system = null!;
    private FunctionClient _client = null!;

    public Task InitializeAsync()
    {
        _system = ActorSystem.Create("outside", ConfigurationFactory.ParseString("""
            akka.actor.provider = remote
            akka.remote.dot-netty.tcp.port = 0
            akka.stdout-loglevel = OFF
            akka.loglevel = OFF
            """).WithFallback(FunctionHost.DefaultConfig()));
        _client = FunctionClient.Connect(_system, "akka.tcp://nobody@127.0.0.1:1", _node.Address.ToString());
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await _client.DisposeAsync();
        await Expect.SoonAsync(_system.Terminate());
    }

    [Fact]
    public async Task A_client_calls_by_name_and_by_name_and_key()
    {
        await _node.DeployAsync(new FunctionSpec("open"), Wat.Counter);
        await _node.DeployAsync(new FunctionSpec("open-keyed") { Kind = FunctionKind.Keyed }, Wat.Counter);

        Assert.Equal(3L, (await FirstAsync(() => _client.Get("open").CallAsync("add", Options, 1, 2))).Value.AsI64());
        Assert.Equal(1, (await FirstAsync(() => _client.Get("open-keyed", "a").CallAsync("next", Options))).Value.AsI32());
        Assert.Equal(2, (await FirstAsync(() => _client.Get("open-keyed", "a").CallAsync("next", Options))).Value.AsI32());
    }

    [Fact]
    public async Task Failures_come_back_as_they_are()
    {
        await _node.DeployAsync(new FunctionSpec("failing"), Wat.Counter);

        Assert.IsType<Trap>(await FailureAsync("trap.unreachable", () => _client.Get("failing").CallAsync("trap", Options)));
        await FailureAsync(FunctionErrorCode.NotFound, () => _client.Get("unknown").CallAsync("next", Options));
        await FailureAsync(FunctionErrorCode.NotFound, () => _client.Get("unknown", "k").CallAsync("next", Options));
    }

    [Fact]
    public async Task A_reply_tells_across_the_wire_which_version_answered_and_that_it_is_a_repetition()
    {
        await _node.DeployAsync(new FunctionSpec("told-far") { Kind = FunctionKind.Keyed }, Wat.Counter);
        var function = _client.Get("told-far", "k");
        var request = FunctionRequest.Numbers("next", []) with { IdempotencyKey = "once" };

        var first = await FirstAsync(() => function.SendAsync(request, Options));
        var second = await Expect.SoonAsync(function.SendAsync(request, Options));
        var failure = await FailureAsync("trap.unreachable", () => function.CallAsync("trap", Options));

        Assert.Equal((1, true, 1), (first.Version, first.Timing.Run > TimeSpan.Zero, first.Results.Value.AsI32()));
        Assert.Equal(first.Details with { Replayed = true }, second.Details);
        Assert.Equal(1, second.Results.Value.AsI32());
        Assert.Equal(1, CallDetails.Of(failure)?.Version);
        await FailureAsync(FunctionErrorCode.IdempotencyMismatch, () => function.SendAsync(FunctionRequest.Numbers("trap", []) with { IdempotencyKey = "once" }, Options));
    }

    [Fact]
    public async Task Large_bytes_cross_both_ways()
    {
        var spec = new FunctionSpec("large") { Convention = CallingConvention.Bytes, Limits = new FunctionLimits { PayloadBytes = 4 << 20 } };
        await _node.DeployAsync(spec, Wat.Echo);
        byte[] input = RandomNumberGenerator.GetBytes(2 << 20);

        var output = await FirstAsync(() => _client.Get("large").CallBytesAsync("echo", input, Options));

        Assert.True(input.AsSpan().SequenceEqual(output.Span));
    }

    [Fact]
    public void What_is_no_address_is_refused()
    {
        Assert.Equal(ErrorCode.BadSettings, Assert.Throws<WasmError>(() => FunctionClient.Connect(_system)).Code);
        Assert.Equal(ErrorCode.BadSettings, Assert.Throws<WasmError>(() => FunctionClient.Connect(_system, "10.0.0.1:4053")).Code);
    }

    private static Task<WasmException> FailureAsync<T>(string code, Func<ValueTask<T>> call) =>
        Expect.FailureAsync(code, () => FirstAsync(call));

    private static CallOptions Options => new(TimeSpan.FromSeconds(10));

    // Until the client has heard from the node that is there, a call may go to the one that is not.
    private static async Task<T> FirstAsync<T>(Func<ValueTask<T>> call)
    {
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                return await Expect.SoonAsync(call());
            }
            catch (WasmError unanswered) when (unanswered.Code is FunctionErrorCode.Unanswered or FunctionErrorCode.Moved && attempt < 5)
            {
                // The next one goes to the other node.
            }
        }
    }
}
