using System.Collections.Concurrent;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using WasmActors.Host.Telemetry.Logging;

namespace WasmActors.Host.Tests.Telemetry;

public sealed class LogDestinationTests
{
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_sink_that_stalls_holds_nobody_up_and_says_how_much_was_dropped_once_it_flows_again()
    {
        using var sink = new StallingSink();
        await using var destination = new LogDestination("Pipe", new LoggerConfiguration().WriteTo.Sink(sink).CreateLogger(), s_soon);
        using var log = new LoggerConfiguration().WriteTo.Sink(destination).CreateLogger();

        const int extra = 100;
        log.Information("first");
        await sink.Entered.WaitAsync(s_soon);
        for (int i = 0; i < LogDestination.Capacity + extra; i++)
        {
            log.Information("line {Number}", i);
        }

        Assert.Empty(sink.Written);
        sink.Open();

        string dropped = $"{extra} log events were dropped, because the sink \"Pipe\" did not accept them in time";
        await sink.UntilAsync(dropped, s_soon);
        Assert.True(SpinWait.SpinUntil(() => sink.Written.Count == LogDestination.Capacity + 2, s_soon), $"{sink.Written.Count}");
        log.Information("last");
        await sink.UntilAsync("last", s_soon);
        Assert.Single(sink.Written, dropped);
    }

    [Fact]
    public async Task A_stop_waits_for_what_is_queued_but_not_for_a_sink_that_is_stuck()
    {
        using var flowing = new StallingSink();
        flowing.Open();
        var first = new LogDestination("Flowing", new LoggerConfiguration().WriteTo.Sink(flowing).CreateLogger(), s_soon);
        using var log = new LoggerConfiguration().WriteTo.Sink(first).CreateLogger();
        for (int i = 0; i < 1000; i++)
        {
            log.Information("line");
        }

        await first.DisposeAsync();
        Assert.Equal(1000, flowing.Written.Count);

        using var stuck = new StallingSink();
        var second = new LogDestination("Stuck", new LoggerConfiguration().WriteTo.Sink(stuck).CreateLogger(), TimeSpan.FromMilliseconds(100));
        using var stuckLog = new LoggerConfiguration().WriteTo.Sink(second).CreateLogger();
        stuckLog.Information("line");
        await second.DisposeAsync().AsTask().WaitAsync(s_soon);

        Assert.Empty(stuck.Written);
        stuckLog.Information("after the end");
    }

    private sealed class StallingSink : ILogEventSink, IDisposable
    {
        private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ManualResetEventSlim _open = new();

        public ConcurrentQueue<string> Written { get; } = [];

        public Task Entered => _entered.Task;

        public void Open() => _open.Set();

        public void Emit(LogEvent logEvent)
        {
            _entered.TrySetResult();
            if (_open.Wait(s_soon))
            {
                Written.Enqueue(logEvent.RenderMessage());
            }
        }

        public async Task UntilAsync(string line, TimeSpan patience)
        {
            using var over = new CancellationTokenSource(patience);
            while (!Written.Contains(line, StringComparer.Ordinal))
            {
                await Task.Delay(10, over.Token);
            }
        }

        public void Dispose() => Open();
    }
}
