using Akka.Dispatch;

namespace WasmActors.Actors.Dispatch;

/// <summary>One tenant's stores that wait for a processor. Each line belongs to who holds the <see cref="FairShares{TLine}"/> that it is in,
/// and is touched under its lock only.</summary>
internal sealed class TenantLines
{
    internal TenantLines(int weight)
    {
        Ready = new(weight, new Queue<IRunnable>(), Lasting);
        Soon = new(weight, new Queue<(GuestPlace Place, long Since)>(), Lasting);
        Later = new(weight, new Background());
    }

    /// <summary>Whether guests of it keep on.</summary>
    internal LastingGuests Lasting { get; } = new();

    /// <summary>Mailboxes with new messages.</summary>
    internal Share<Queue<IRunnable>> Ready { get; }

    /// <summary>Guests that have had few slices, and since when they wait.</summary>
    internal Share<Queue<(GuestPlace Place, long Since)>> Soon { get; }

    /// <summary>Guests that keep on.</summary>
    internal Share<Background> Later { get; }

    /// <summary>Guests of one tenant in the background, who has had least of a processor first.</summary>
    internal sealed class Background
    {
        internal PriorityQueue<GuestPlace, (TimeSpan Had, long Order)> Guests { get; } = new();

        /// <summary>What the last that was taken had had.</summary>
        internal TimeSpan Least { get; set; }
    }
}
