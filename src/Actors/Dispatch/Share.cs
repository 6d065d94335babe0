namespace WasmActors.Actors.Dispatch;

/// <summary>One tenant's line and what it has had: its part in a <see cref="FairShares{TLine}"/>.</summary>
/// <param name="weight">How much it gets in relation to others, from 1.</param>
/// <param name="line">Who waits there; its owner puts in and takes out.</param>
/// <param name="lasting">Whether the tenant's guests keep on; null when that is not asked.</param>
internal sealed class Share<TLine>(int weight, TLine line, LastingGuests? lasting = null)
{
    /// <summary>Who waits.</summary>
    internal TLine Line { get; } = line;

    internal int Weight { get; } = weight;

    /// <summary>How many wait.</summary>
    internal int Count { get; set; }

    /// <summary>Time that it has had, divided by its weight.</summary>
    internal double Had { get; set; }

    /// <summary>Whether it is among those that are looked at.</summary>
    internal bool IsListed { get; set; }

    /// <summary>Whether the tenant's guests keep on at a timestamp.</summary>
    internal bool Lasts(long now) => lasting is not null && lasting.IsSo(now);
}
