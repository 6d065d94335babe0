using Akka.Actor;
using WasmActors.Actors.Admission;
using WasmActors.Runtime.Calls;

namespace WasmActors.Actors.Dispatch;

/// <summary>
/// A paused guest's place in line for its next time slice, and the message by which its store goes on with it. Each guest has its own:
/// when the guest is given up meanwhile, its place means nothing to the store any more.
/// </summary>
/// <remarks>It holds what the guest has had when it was put in line, because the guest may be gone, and its object serve another
/// call, before the turn ends that put it there.</remarks>
internal sealed class GuestPlace(IActorRef store, Tenant tenant) : INoSerializationVerificationNeeded
{
    /// <summary>The store that goes on with the guest.</summary>
    internal IActorRef Store => store;

    /// <summary>Whose it is.</summary>
    internal Tenant Tenant => tenant;

    /// <summary>Length of a slice.</summary>
    internal TimeSpan Tick { get; private set; }

    /// <summary>How many of its slices ended because their time was over.</summary>
    internal long Yields { get; private set; }

    /// <summary>Time of a processor that it has had.</summary>
    internal TimeSpan ProcessorTime { get; private set; }

    /// <summary>What is added to its time of a processor where guests are put in order by that: what others had had before it came;
    /// null before it did. The line's own.</summary>
    internal TimeSpan? Handicap { get; set; }

    /// <summary>The part of its time of a processor that was put to its tenant's account. The line's own.</summary>
    internal TimeSpan Charged { get; set; }

    /// <summary>Since when it waits in the background. The line's own.</summary>
    internal long Since { get; set; }

    /// <summary>Notes what the guest has had so far; before it is put in line.</summary>
    internal GuestPlace For(GuestCall guest) => With(guest.Yields, guest.ProcessorTime, guest.Store.Engine.Settings.Tick);

    /// <summary>The same, by figures.</summary>
    internal GuestPlace With(long yields, TimeSpan processorTime, TimeSpan tick)
    {
        Tick = tick;
        Yields = yields;
        ProcessorTime = processorTime;
        return this;
    }
}
