using System.Collections.Concurrent;
using Microsoft.Extensions.Configuration;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using WasmActors.Host.Cli.Serving;
using WasmActors.Host.Settings;
using WasmActors.Host.Triggers;

namespace WasmActors.Host.Tests.Triggers;

public sealed class TriggerSetTests : ILogEventSink, IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(1);

    private readonly ConcurrentQueue<string> _journal = new();
    private readonly ConcurrentQueue<string> _logged = new();
    private readonly ManualClock _clock = new();
    private readonly Logger _logger;
    private readonly List<TriggerSet> _sets = [];

    public TriggerSetTests() => _logger = new LoggerConfiguration().WriteTo.Sink(this).CreateLogger();

    void ILogEventSink.Emit(LogEvent logEvent) => _logged.Enqueue(logEvent.RenderMessage(System.Globalization.CultureInfo.InvariantCulture));

    public async ValueTask DisposeAsync()
    {
        foreach (var set in _sets)
        {
            await set.DisposeAsync();
        }

        await _logger.DisposeAsync();
    }

    [Fact]
    public async Task Triggers_start_in_the_order_of_the_table_and_those_that_the_settings_do_not_ask_for_do_not()
    {
        var set = Of(Fake("a"), static _ => null, Fake("b"));

        await set.StartAsync(Context(), default);

        Assert.Equal(["a starts", "b starts"], _journal, StringComparer.Ordinal);
        Assert.Equal(["a is there", "b is there"], set.Announcements);
    }

    [Fact]
    public async Task If_a_trigger_cannot_start_later_ones_do_not_and_all_are_disposed()
    {
        var set = Of(Fake("a"), _ => new FakeTrigger("b", _journal) { StartFailure = new TriggerException("b.broken", "It is broken.", "Mend it.") }, Fake("c"));

        var failure = await Assert.ThrowsAsync<TriggerException>(() => set.StartAsync(Context(), default));
        await set.DisposeAsync();

        Assert.Equal("b.broken", failure.Code);
        Assert.Equal(["a starts", "b starts"], _journal.Take(2), StringComparer.Ordinal);
        Assert.Equal(["a is disposed", "b is disposed", "c is disposed"], _journal.Skip(2).Order(StringComparer.Ordinal), StringComparer.Ordinal);
    }

    [Fact]
    public async Task Triggers_drain_at_the_same_time_and_have_the_grace_time()
    {
        var second = new TaskCompletionSource();
        var set = Of(
            _ => new FakeTrigger("a", _journal) { Draining = () => second.Task },
            _ => new FakeTrigger("b", _journal) { Draining = () => Task.Run(second.SetResult) });
        await set.StartAsync(Context(), default);

        await set.DrainAsync().WaitAsync(s_patience);

        Assert.Equal(["a drains for 7 s", "b drains for 7 s"], _journal.Skip(2).Order(StringComparer.Ordinal), StringComparer.Ordinal);
        Assert.Empty(_logged);
    }

    [Fact]
    public async Task A_trigger_that_does_not_drain_in_time_or_fails_to_keeps_no_node_from_stopping()
    {
        var set = Of(
            _ => new FakeTrigger("slow", _journal) { Draining = () => new TaskCompletionSource().Task },
            _ => new FakeTrigger("broken", _journal) { Draining = () => throw new InvalidOperationException("no") },
            Fake("good"));
        await set.StartAsync(Context(), default);

        var drained = set.DrainAsync();
        await UntilAsync(() => _journal.Contains("good drains for 7 s", StringComparer.Ordinal) && _clock.TimersWithin(s_longest) > 0);
        _clock.Advance(TimeSpan.FromSeconds(16)); // the grace time and most of 10 s
        Assert.False(drained.IsCompleted);
        await UntilAsync(() => Has("The trigger \"broken\" failed to \"drain\""));
        _clock.Advance(TimeSpan.FromSeconds(2));

        await drained.WaitAsync(s_patience);
        Assert.True(Has("The trigger \"slow\" did not \"drain\" within 17 s"), string.Join('\n', _logged));
    }

    [Fact]
    public async Task A_trigger_that_fails_is_disposed_and_a_new_one_started_after_pauses_that_grow()
    {
        var made = new ConcurrentQueue<FakeTrigger>();
        var set = Of(_ =>
        {
            var trigger = new FakeTrigger("a", _journal) { StartFailure = made.Count is 1 or 2 ? new InvalidOperationException("no") : null };
            made.Enqueue(trigger);
            return trigger;
        });
        await set.StartAsync(Context(), default);

        made.Single().Fail();
        foreach (int seconds in new[] { 1, 2, 4 })
        {
            int before = made.Count;
            await UntilAsync(() => Has($"The trigger \"a\" failed. It is started again in {seconds} s") && _clock.TimersWithin(s_longest) == 1);
            _clock.Advance(TimeSpan.FromSeconds(seconds - 0.5));
            Assert.Equal(before, made.Count);
            _clock.Advance(TimeSpan.FromSeconds(0.5));
            await UntilAsync(() => made.Count == before + 1);
        }

        await UntilAsync(() => set.Announcements.Count == 1);
        await set.DrainAsync().WaitAsync(s_patience);
        string[] third = ["a starts", "a is disposed"];
        Assert.Equal([.. third, .. third, .. third, "a starts", "a drains for 7 s"], _journal, StringComparer.Ordinal);
    }

    [Fact]
    public async Task A_trigger_that_has_run_for_long_is_started_again_after_the_shortest_pause()
    {
        FakeTrigger? last = null;
        var set = Of(_ => last = new FakeTrigger("a", _journal));
        await set.StartAsync(Context(), default);

        for (int failures = 1; failures <= 3; failures++)
        {
            _clock.Advance(TimeSpan.FromMinutes(2));
            var failed = last!;
            failed.Fail();
            await UntilAsync(() => _logged.Count == failures && _clock.TimersWithin(s_longest) == 1);
            _clock.Advance(TimeSpan.FromSeconds(1));
            await UntilAsync(() => last != failed && set.Announcements.Count == 1);
        }

        Assert.All(_logged, static line => Assert.EndsWith("started again in 1 s", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_trigger_that_failed_before_the_node_stops_is_not_started_again()
    {
        FakeTrigger? last = null;
        var set = Of(_ => last = new FakeTrigger("a", _journal));
        await set.StartAsync(Context(), default);
        last!.Fail();
        await UntilAsync(() => _clock.TimersWithin(s_longest) == 1);

        await set.DrainAsync().WaitAsync(s_patience);
        _clock.Advance(s_longest);
        await set.DisposeAsync();

        Assert.Equal(["a starts", "a is disposed"], _journal, StringComparer.Ordinal);
    }

    [Fact]
    public async Task A_node_that_lost_its_cluster_abandons_its_triggers()
    {
        var set = Of(Fake("a"), Fake("b"));
        await set.StartAsync(Context(), default);

        await set.AbandonAsync().WaitAsync(s_patience);

        Assert.Equal(["a is abandoned", "b is abandoned"], _journal.Skip(2).Order(StringComparer.Ordinal), StringComparer.Ordinal);
    }

    [Fact]
    public void The_HTTP_API_is_a_trigger_and_a_watched_folder_another_one()
    {
        Assert.Equal(["http"], Names(Settings()), StringComparer.Ordinal);
        Assert.Equal(["http", "watch"], Names(Settings(("Watch:Folder", "dist"))), StringComparer.Ordinal);

        static IEnumerable<string> Names(HostSettings settings) => TriggerTable.All.Select(create => create(settings)?.Name).OfType<string>();
    }

    private Func<HostSettings, ITrigger?> Fake(string name) => _ => new FakeTrigger(name, _journal);

    private TriggerSet Of(params Func<HostSettings, ITrigger?>[] table)
    {
        var set = new TriggerSet(table, Settings(("Functions:Grace", "7s")), _logger, _clock);
        _sets.Add(set);
        return set;
    }

    private TriggerContext Context() => new(null!, null, new ConfigurationBuilder().Build(), _logger); // the fakes ask for no node

    private static HostSettings Settings(params (string Name, string Value)[] values) => HostSettings.Read(new ConfigurationBuilder()
        .AddInMemoryCollection(values.Select(static v => new KeyValuePair<string, string?>($"WasmActors:{v.Name}", v.Value))).Build());

    private bool Has(string line) => _logged.Any(l => l.Contains(line, StringComparison.Ordinal));

    private async Task UntilAsync(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(s_patience);
        while (!condition())
        {
            Assert.False(patience.IsCancellationRequested, string.Join('\n', _journal.Concat(_logged)));
            await Task.Delay(10);
        }
    }
}
