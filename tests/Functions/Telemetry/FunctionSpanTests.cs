using System.Diagnostics;
using Akka.Actor;
using Akka.Configuration;
using WasmActors.Actors.Imports;
using WasmActors.Functions.Api;
using WasmActors.Functions.Hosting;
using WasmActors.Functions.Tests.Support;

namespace WasmActors.Functions.Tests.Telemetry;

public sealed class FunctionSpanTests : IAsyncLifetime
{
    private const string Asking = """
        (module (import "env" "ask" (func $ask (result i32)))
          (func (export "ask") (result i32) (call $ask))
          (func (export "trap") unreachable))
        """;

    private readonly TestDatabase _database = new();
    private Func<int> _onAsk = static () => 1;
    private TestNode _node = null!;
    private ActorSystem _outside = null!;
    private FunctionClient _client = null!;

    public async Task InitializeAsync()
    {
        _node = await TestNode.StartAsync(await _database.OpenAsync(), options: plain => plain with
        {
            Imports = new Dictionary<string, Action<ImportMap>>(StringComparer.Ordinal)
            {
                ["asking"] = map => map.Serve("env", "ask", () => Task.FromResult(_onAsk())),
            },
        });
        var grants = new FunctionGrants { Imports = new FunctionGrants().Imports.Add("asking") };
        await _node.DeployAsync(new FunctionSpec("asking") { Grants = grants }, Asking);
        await _node.DeployAsync(new FunctionSpec("asking-keyed") { Kind = FunctionKind.Keyed, Grants = grants }, Asking);
        _outside = ActorSystem.Create("outside", ConfigurationFactory.ParseString("akka.actor.provider = remote\nakka.remote.dot-netty.tcp.port = 0\nakka.stdout-loglevel = OFF\nakka.loglevel = OFF").WithFallback(FunctionHost.DefaultConfig()));
        _client = FunctionClient.Connect(_outside, _node.Address.ToString());
    }

    public async Task DisposeAsync()
    {
        await _client.DisposeAsync();
        await Expect.SoonAsync(_outside.Terminate());
        await _node.DisposeAsync();
        _database.Dispose();
    }

    [Theory]
    [InlineData("asking", null, false)]
    [InlineData("asking-keyed", "k", false)]
    [InlineData("asking", null, true)]
    [InlineData("asking-keyed", "k", true)]
    public async Task A_call_is_one_trace_from_its_caller_to_the_imports_of_its_guest(string name, string? key, bool fromOutside)
    {
        var function = fromOutside ? _client.Get(name, key) : _node.Functions.Get(name, key);
        await Expect.SoonAsync(function.CallAsync("ask", TimeSpan.FromSeconds(60)));
        Activity? asked = null;
        _onAsk = () =>
        {
            asked = Activity.Current;
            return 2;
        };
        using var spans = new Spans();

        Assert.Equal(2, (await Expect.SoonAsync(function.CallAsync("ask", TimeSpan.FromSeconds(60)))).Value.AsI32());

        Assert.Same(spans.Root, Activity.Current);
        var call = await spans.OneAsync("wasmactors.function.call");
        var execution = await spans.OneAsync("wasmactors.function.execution");
        var command = await spans.OneAsync("wasmactors.call");
        var import = await spans.OneAsync("wasmactors.import");
        Assert.Equal(
            [spans.Root.SpanId, call.SpanId, execution.SpanId, command.SpanId],
            new[] { call.ParentSpanId, execution.ParentSpanId, command.ParentSpanId, import.ParentSpanId });
        Assert.Equal((spans.Root.TraceId, import.SpanId, "vendor=1"), (asked!.TraceId, asked.SpanId, asked.TraceStateString));
        Assert.Equal(name, execution.GetTagItem("wasmactors.function.name"));
        Assert.Equal(1, execution.GetTagItem("wasmactors.function.version"));
        Assert.Equal((ActivityKind.Client, ActivityKind.Server), (call.Kind, execution.Kind));
        Assert.DoesNotContain("k", call.TagObjects.Select(static t => t.Value));
    }

    [Fact]
    public async Task A_failure_is_told_with_its_code_on_both_sides()
    {
        using var spans = new Spans();

        await Expect.FailureAsync("trap.unreachable", _node.Functions.Get("asking-keyed", "k").CallAsync("trap"));
        await Expect.FailureAsync(FunctionErrorCode.NotFound, _node.Functions.Get("nobody").CallAsync("trap"));

        var execution = await spans.OneAsync("wasmactors.function.execution");
        Assert.Equal((ActivityStatusCode.Error, (object?)"trap.unreachable"), (execution.Status, execution.GetTagItem("error.type")));
        Assert.Equal(["trap.unreachable", "function.not_found"], spans.Of("wasmactors.function.call").Select(static s => s.GetTagItem("error.type")));
    }

    [Fact]
    public async Task What_is_not_sampled_hands_its_callers_span_on()
    {
        var function = _client.Get("asking-keyed", "k");
        await Expect.SoonAsync(function.CallAsync("ask", TimeSpan.FromSeconds(60)));
        Activity? asked = null;
        _onAsk = () =>
        {
            asked = Activity.Current;
            return 2;
        };
        using var spans = new Spans(sampled: false);

        await Expect.SoonAsync(function.CallAsync("ask", TimeSpan.FromSeconds(60)));

        Assert.Equal((spans.Root.TraceId, spans.Root.SpanId, "vendor=1"), (asked!.TraceId, asked.ParentSpanId, asked.TraceStateString));
        Assert.DoesNotContain(spans.Of("wasmactors.function.execution"), static s => s.Source.Name == "WasmActors");
    }

    [Fact]
    public async Task A_listener_that_throws_keeps_no_answer_back()
    {
        using var spans = new Spans(whenEnded: static () => throw new InvalidOperationException("a broken listener"));

        Assert.Equal(1, (await Expect.SoonAsync(_node.Functions.Get("asking").CallAsync("ask"))).Value.AsI32());
        Assert.Equal(1, (await Expect.SoonAsync(_node.Functions.Get("asking-keyed", "k").CallAsync("ask"))).Value.AsI32());
        Assert.Equal(2, spans.Of("wasmactors.function.execution").Count);
    }
}
