using Serilog;
using WasmActors.Host.Settings;

namespace WasmActors.Host.Triggers;

/// <summary>
/// The triggers of a node, and the one place that decides when they start and stop. They start one after the other, in
/// the order of the table. They drain all at the same time, so that none accepts work while the node waits for another
/// one.
/// </summary>
/// <remarks>A trigger that does not stop in time, or fails to, is logged and does not keep the node from leaving its
/// cluster.</remarks>
internal sealed class TriggerSet : IAsyncDisposable
{
    // Beyond the grace time: triggers cancel their calls then, and answer the callers.
    private static readonly TimeSpan s_answers = TimeSpan.FromSeconds(10);

    private readonly List<KeptTrigger> _triggers;
    private readonly TimeSpan _drainFor;
    private readonly TimeSpan _grace;
    private readonly ILogger _logger;
    private readonly TimeProvider _clock;

    /// <summary>Creates the triggers that the settings ask for. Nothing starts.</summary>
    /// <param name="table">Creates a trigger from settings, or returns null if they do not ask for it. Called again if
    /// the trigger fails.</param>
    /// <param name="settings">The settings of the node.</param>
    /// <param name="logger">Where failures are logged.</param>
    /// <param name="clock">The clock of pauses and deadlines.</param>
    internal TriggerSet(
        IEnumerable<Func<HostSettings, ITrigger?>> table,
        HostSettings settings,
        ILogger logger,
        TimeProvider clock)
    {
        _triggers =
        [
            .. from create in table
               let trigger = create(settings)
               where trigger is not null
               select new KeptTrigger(trigger, () => create(settings)!, clock),
        ];
        _drainFor = settings.Http.DrainFor;
        _grace = settings.Functions.Grace;
        _logger = logger;
        _clock = clock;
    }

    /// <summary>Lines that tell operators how to reach the triggers, once they have started.</summary>
    internal IReadOnlyList<string> Announcements => [.. _triggers.SelectMany(static t => t.Announcements)];

    /// <summary>Checks what can be checked before the node opens or makes anything.</summary>
    /// <exception cref="TriggerException">A trigger cannot start.</exception>
    internal static void Check(IEnumerable<Func<HostSettings, ITrigger?>> table, HostSettings settings)
    {
        foreach (var create in table)
        {
            create(settings)?.Check();
        }
    }

    /// <summary>Starts all triggers. If one cannot start, the later ones are not started.</summary>
    /// <exception cref="TriggerException">A trigger cannot start.</exception>
    internal async Task StartAsync(TriggerContext context, CancellationToken cancellation)
    {
        foreach (var trigger in _triggers)
        {
            await trigger.StartAsync(context, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Stops all triggers without losing work. Calls under way have the grace time.</summary>
    internal Task DrainAsync() =>
        StopAsync("drain", trigger => trigger.DrainAsync(_grace), _drainFor + _grace + s_answers);

    /// <summary>Stops all triggers at once and cancels their calls.</summary>
    internal Task AbandonAsync() => StopAsync("stop", static trigger => trigger.AbandonAsync(), s_answers);

    public async ValueTask DisposeAsync() =>
        await StopAsync("release what it holds", static t => t.DisposeAsync().AsTask(), s_answers)
            .ConfigureAwait(false);

    private Task StopAsync(string what, Func<KeptTrigger, Task> stop, TimeSpan within) =>
        Task.WhenAll(_triggers.Select(trigger => StopAsync(trigger, what, stop, within)));

    private async Task StopAsync(KeptTrigger trigger, string what, Func<KeptTrigger, Task> stop, TimeSpan within)
    {
        try
        {
            await stop(trigger).WaitAsync(within, _clock).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            _logger.Warning(
                "The trigger {Trigger} did not {Action} within {Seconds} s. The node stops without waiting for it",
                trigger.Name,
                what,
                within.TotalSeconds);
        }
        catch (Exception failure)
        {
            _logger.Warning(failure, "The trigger {Trigger} failed to {Action}", trigger.Name, what);
        }
    }
}
