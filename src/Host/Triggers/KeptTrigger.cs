namespace WasmActors.Host.Triggers;

/// <summary>
/// A trigger of a node. If it fails after its start, it is disposed and a new one is started, after pauses that grow.
/// </summary>
/// <param name="first">The trigger.</param>
/// <param name="create">Creates its successors.</param>
/// <param name="clock">The clock of pauses.</param>
internal sealed class KeptTrigger(ITrigger first, Func<ITrigger> create, TimeProvider clock) : IAsyncDisposable
{
    private static readonly TimeSpan s_shortestPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromMinutes(1);

    private readonly CancellationTokenSource _stop = new();
    private ITrigger? _trigger = first;
    private Task _keeping = Task.CompletedTask;

    /// <summary>Its name in the log.</summary>
    internal string Name { get; } = first.Name;

    /// <summary>Lines that tell operators how to reach it, once it has started.</summary>
    internal IReadOnlyList<string> Announcements => _trigger?.Announcements ?? [];

    /// <summary>Starts it.</summary>
    /// <exception cref="TriggerException">It cannot start.</exception>
    internal async Task StartAsync(TriggerContext context, CancellationToken cancellation)
    {
        await _trigger!.StartAsync(context, cancellation).ConfigureAwait(false);
        _keeping = KeepAsync(context, _trigger);
    }

    /// <summary>Stops it without losing work.</summary>
    internal async Task DrainAsync(TimeSpan grace)
    {
        await StopKeepingAsync().ConfigureAwait(false);
        await (_trigger?.DrainAsync(grace) ?? Task.CompletedTask).ConfigureAwait(false);
    }

    /// <summary>Stops it at once.</summary>
    internal async Task AbandonAsync()
    {
        await StopKeepingAsync().ConfigureAwait(false);
        await (_trigger?.AbandonAsync() ?? Task.CompletedTask).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await StopKeepingAsync().ConfigureAwait(false);
        if (_trigger is { } trigger)
        {
            await trigger.DisposeAsync().ConfigureAwait(false);
        }

        _stop.Dispose();
    }

    // Afterwards nobody else changes the trigger.
    private async Task StopKeepingAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _keeping.ConfigureAwait(false);
    }

    private async Task KeepAsync(TriggerContext context, ITrigger started)
    {
        var pause = s_shortestPause;
        long since = clock.GetTimestamp();
        var work = started.Completion.WaitAsync(_stop.Token);
        while (true)
        {
            try
            {
                await work.ConfigureAwait(false);
                return; // it has nothing more to do
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                pause = clock.GetElapsedTime(since) > s_longestPause ? s_shortestPause : pause;
                context.Logger.Error(
                    failure,
                    "The trigger {Trigger} failed. It is started again in {Seconds} s",
                    Name,
                    pause.TotalSeconds);
            }

            since = clock.GetTimestamp() + (long)(pause.TotalSeconds * clock.TimestampFrequency);
            work = ReplaceAsync(context, pause);
            pause = pause * 2 < s_longestPause ? pause * 2 : s_longestPause;
        }
    }

    // Completes as the new trigger does.
    private async Task ReplaceAsync(TriggerContext context, TimeSpan pause)
    {
        if (_trigger is { } failed)
        {
            _trigger = null;
            await TryDisposeAsync(failed, context).ConfigureAwait(false);
        }

        await Task.Delay(pause, clock, _stop.Token).ConfigureAwait(false);
        var next = create();
        try
        {
            await next.StartAsync(context, _stop.Token).ConfigureAwait(false);
        }
        catch (Exception)
        {
            await TryDisposeAsync(next, context).ConfigureAwait(false);
            throw;
        }

        _trigger = next;
        await next.Completion.WaitAsync(_stop.Token).ConfigureAwait(false);
    }

    private async Task TryDisposeAsync(ITrigger trigger, TriggerContext context)
    {
        try
        {
            await trigger.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            context.Logger.Warning(failure, "The trigger {Trigger} failed to release what it holds", Name);
        }
    }
}
