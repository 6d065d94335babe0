namespace WasmActors.Actors.Messages;

/// <summary>A decision about a store, and why.</summary>
/// <param name="Store">Number of the store.</param>
/// <param name="Generation">How often it had been made.</param>
/// <param name="Action">What was decided.</param>
/// <param name="Reason">Code of the failure, see <see cref="Runtime.Failures.ErrorCode"/>.</param>
/// <param name="Message">The failure in words, bounded and escaped.</param>
/// <param name="At">When.</param>
public sealed record SupervisionDecision(long Store, int Generation, SupervisionAction Action, string Reason, string Message, DateTimeOffset At)
{
    /// <summary>How long it takes until the store is made again; null when it is not, or at once.</summary>
    public TimeSpan? Delay { get; init; }
}
