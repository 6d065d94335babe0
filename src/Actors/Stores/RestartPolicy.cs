using WasmActors.Runtime.Failures;

namespace WasmActors.Actors.Stores;

/// <summary>How a store that broke comes back: how soon, how often, and when it is given a rest.</summary>
/// <remarks>
/// The first replacement in a <see cref="Window"/> is immediate; the second waits <see cref="FirstDelay"/>, and each
/// further one twice as
/// long as the one before. One replacement more than <see cref="MaxReplacements"/> opens the circuit: commands are
/// answered
/// <c>store.circuit_open</c> at once, until after <see cref="OpenFor"/> the store is tried again. A failure of that
/// try opens the circuit
/// for twice as long; the first command that succeeds closes it. A store that cannot be made again counts like one
/// that broke;
/// a replacement after a caller cancelled its call is immediate and does not count.
/// </remarks>
public sealed record RestartPolicy
{
    /// <summary>Most replacements in a <see cref="Window"/>; 0 to 1,000, default 10.</summary>
    public int MaxReplacements { get; init; } = 10;

    /// <summary>The time in which replacements are counted. Default one minute.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Before the second replacement in a row. Default 10 ms; zero for no delays.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>The longest of the delays. Default 5 s.</summary>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long an open circuit stays open the first time. Default 10 s.</summary>
    public TimeSpan OpenFor { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The longest that it stays open at a time. Default 5 min.</summary>
    public TimeSpan MaxOpenFor { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>By how much of itself each of these times may be shorter, at random, so that stores that broke
    /// together do not come back
    /// together; 0 to 1, default 0.2.</summary>
    public double Jitter { get; init; } = 0.2;

    /// <summary>Throws unless every setting is in its range.</summary>
    /// <exception cref="WasmError"><c>engine.bad_settings</c></exception>
    internal void Check()
    {
        Require(MaxReplacements is >= 0 and <= 1_000, nameof(MaxReplacements), MaxReplacements, "0 to 1,000");
        Require(Window > TimeSpan.Zero, nameof(Window), Window, "more than zero");
        Require(FirstDelay >= TimeSpan.Zero && FirstDelay <= MaxDelay, nameof(FirstDelay), FirstDelay, "zero to MaxDelay");
        Require(MaxDelay <= TimeSpan.FromDays(1), nameof(MaxDelay), MaxDelay, "at most one day");
        Require(OpenFor > TimeSpan.Zero && OpenFor <= MaxOpenFor, nameof(OpenFor), OpenFor, "more than zero, at most MaxOpenFor");
        Require(MaxOpenFor <= TimeSpan.FromDays(1), nameof(MaxOpenFor), MaxOpenFor, "at most one day");
        Require(Jitter is >= 0 and <= 1, nameof(Jitter), Jitter, "0 to 1");
    }

    // Generic: nothing is boxed for what holds, for each store that is made.
    private static void Require<T>(bool holds, string name, T value, string allowed)
    {
        if (!holds)
        {
            throw new WasmError(ErrorCode.BadSettings, $"RestartPolicy.{name} is {value}; allowed is {allowed}.");
        }
    }
}
