using Akka.Event;
using Serilog.Events;
using WasmActors.Actors.Handles;
using WasmActors.Actors.Tests.Support;
using WasmActors.Runtime.Imports;

namespace WasmActors.Actors.Tests.Telemetry;

public sealed class LoggingTests : IAsyncLifetime
{
    private readonly CollectingSink _sink = new();
    private WasmHost _host = null!;

    public async Task InitializeAsync() => _host = await WasmHost.StartAsync(HostFixture.Options with { Logger = _sink.Logger });

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task What_Akka_logs_reaches_Serilog_with_its_source()
    {
        _host.System.Log.Warning(new InvalidOperationException("cause"), "A warning about {0}", "ink");

        await Expect.ConditionAsync(() => Find("A warning about ink") is not null, "the warning is logged");
        var logged = Find("A warning about ink")!;
        Assert.Equal(LogEventLevel.Warning, logged.Level);
        Assert.Equal("cause", logged.Exception!.Message);
        Assert.Equal("\"wasmactors\"", logged.Properties["ActorSystem"].ToString());
        Assert.True(logged.Properties.ContainsKey("LogSource"));
    }

    [Fact]
    public async Task That_paused_guests_have_a_thread_each_is_logged_once_with_the_reason()
    {
        Assert.DoesNotContain(_sink.Events, static e => e.MessageTemplate.Text.StartsWith("Guests that can be paused", StringComparison.Ordinal));
        var sink = new CollectingSink();
        await using var host = await WasmHost.StartAsync(HostFixture.Options with { Logger = sink.Logger, Engine = new() { PreemptOnThreads = true } });
        await host.CreateStoreAsync();
        var logged = Assert.Single(sink.Events, static e => e.MessageTemplate.Text.StartsWith("Guests that can be paused", StringComparison.Ordinal));
        Assert.Contains("PreemptOnThreads", logged.Properties["Reason"].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_replaced_store_is_logged_with_its_number()
    {
        var instance = await _host.NewAsync(Guests.Worker, Guests.NoHost);

        await Expect.DeadlineTrapAsync(() => instance.GetFunc("spin").CallAsync(TimeSpan.FromMilliseconds(20)));
        await instance.GetFunc("next").CallAsync();

        var logged = Assert.Single(_sink.Events, e => e.MessageTemplate.Text.StartsWith("Store {Store} is replaced", StringComparison.Ordinal));
        Assert.Equal(LogEventLevel.Information, logged.Level);
        Assert.Equal(instance.Store.Id.ToString(), logged.Properties["Store"].ToString());
    }

    [Fact]
    public async Task A_store_that_cannot_be_made_again_is_logged_as_a_warning()
    {
        int made = 0;
        var instance = await _host.NewAsync(
            """(module (import "env" "start" (func $s)) (func (export "spin") (loop $l (br $l))) (start $s))""",
            new ImportSet().Define("env", "start", () => { made = made == 0 ? 1 : throw new Runtime.Failures.Trap("only once"); }),
            new() { Restart = new() { FirstDelay = TimeSpan.FromHours(1), MaxDelay = TimeSpan.FromHours(1) } });

        await Expect.DeadlineTrapAsync(() => instance.GetFunc("spin").CallAsync(TimeSpan.FromMilliseconds(20)));
        await Expect.ConditionAsync(() => _sink.Events.Any(static e => e.Level == LogEventLevel.Warning), "it is logged");

        var logged = Assert.Single(_sink.Events, e => e.Level == LogEventLevel.Warning);
        Assert.Equal(instance.Store.Id.ToString(), logged.Properties["Store"].ToString());
        Assert.Equal("\"trap.host\"", logged.Properties["Code"].ToString());
    }

    [Fact]
    public async Task Calls_are_not_logged_at_Information_and_traps_at_Debug_only()
    {
        var instance = await _host.NewAsync(Guests.Worker, Guests.NoHost);
        int before = _sink.Events.Count;

        for (int i = 0; i < 200; i++)
        {
            await instance.GetFunc("add").CallAsync<int, int, int>(1, 2);
            await instance.GetFunc("add").CallAsync(1, 2);
            await Expect.TrapAsync("trap.unreachable", instance.GetFunc("trap").CallAsync());
        }

        var events = _sink.Events.Skip(before).ToArray();
        Assert.DoesNotContain(events, e => e.Level >= LogEventLevel.Information);
        Assert.Equal(200, events.Count(e => e.Properties.TryGetValue("Code", out var code) && code.ToString() == "\"trap.unreachable\""));
        Assert.All(events, e => Assert.Equal(instance.Store.Id.ToString(), e.Properties["Store"].ToString()));
    }

    [Fact]
    public async Task An_instance_is_logged_at_Debug_with_its_store_module_digest_and_call()
    {
        var instance = await _host.NewAsync(Guests.Worker, Guests.NoHost);

        var logged = Assert.Single(_sink.Events, e => e.Properties.ContainsKey("Instance"));
        Assert.Equal(LogEventLevel.Debug, logged.Level);
        Assert.Equal(instance.Store.Id.ToString(), logged.Properties["Store"].ToString());
        Assert.Equal(instance.Number.ToString(), logged.Properties["Instance"].ToString());
        Assert.Equal($"\"{instance.Module.Digest}\"", logged.Properties["Module"].ToString());
        Assert.Equal("1", logged.Properties["Call"].ToString());
    }

    private Serilog.Events.LogEvent? Find(string text) => _sink.Events.FirstOrDefault(e => e.RenderMessage() == text);
}
