using Serilog;
using Serilog.Events;
using WasmActors.Actors.Handles;
using WasmActors.Actors.Imports;
using WasmActors.Actors.Stores;
using WasmActors.Actors.Telemetry;
using WasmActors.Actors.Tests.Support;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Stores;

namespace WasmActors.Actors.Tests.Telemetry;

[Collection(Alone.Name)]
public sealed class StoreEnricherTests : IDisposable
{
    private const string Guest = """
        (module (import "env" "inline" (func $inline)) (import "env" "served" (func $served))
          (func (export "inline") (call $inline)) (func (export "served") (call $served)))
        """;

    private readonly CollectingSink _sink = new();
    private readonly ILogger _log;

    public StoreEnricherTests() => _log = new LoggerConfiguration().Enrich.With<StoreEnricher>().WriteTo.Sink(_sink).CreateLogger();

    // Other tests measure what steps cost without it.
    public void Dispose() => RunningStore.IsWanted = false;

    [Theory]
    [InlineData(ExecutionMode.Direct, false)]
    [InlineData(ExecutionMode.Preemptive, false)]
    [InlineData(ExecutionMode.Preemptive, true)]
    public async Task What_a_host_function_logs_has_its_store_and_call(ExecutionMode mode, bool onThreads)
    {
        await using var host = await WasmHost.StartAsync(HostFixture.Options with { Engine = new() { PreemptOnThreads = onThreads } });
        var imports = new ImportSet().Define("env", "inline", () => _log.Information("inline")).Define("env", "served", static () => { });
        var instance = await host.NewAsync(Guest, imports, new StoreSpec { Options = new StoreOptions { Mode = mode } });
        using var spans = new Spans();

        await instance.GetFunc("inline").CallAsync();
        _log.Information("outside");

        var logged = _sink.Events.Single(static e => e.MessageTemplate.Text == "inline");
        AssertOf(instance, 2, logged);
        Assert.Equal((await spans.OneAsync("wasmactors.call")).SpanId, logged.SpanId);
        Assert.False(_sink.Events.Single(static e => e.MessageTemplate.Text == "outside").Properties.ContainsKey("Store"));
    }

    [Fact]
    public async Task What_a_delegate_logs_that_answers_an_import_has_the_waiting_store_and_call()
    {
        await using var host = await WasmHost.StartAsync(HostFixture.Options);
        var imports = new ImportMap(new ImportSet().Define("env", "inline", static () => { })).Serve("env", "served", async () =>
        {
            await Task.Yield();
            _log.Information("served");
        });
        var instance = await host.NewAsync(Guest, imports);
        using var spans = new Spans();

        await instance.GetFunc("served").CallAsync();

        var logged = _sink.Events.Single(static e => e.MessageTemplate.Text == "served");
        AssertOf(instance, 2, logged);
        Assert.Equal((await spans.OneAsync("wasmactors.import")).SpanId, logged.SpanId);
    }

    private static void AssertOf(InstanceRef instance, long call, LogEvent logged)
    {
        Assert.Equal(instance.Store.Id.ToString(), logged.Properties["Store"].ToString());
        Assert.Equal(call.ToString(), logged.Properties["Call"].ToString());
    }
}
