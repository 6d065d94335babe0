using System.Diagnostics.CodeAnalysis;
using Akka.Dispatch;
using WasmActors.Actors.Admission;

namespace WasmActors.Actors.Dispatch;

/// <summary>
/// Stores that wait for a worker: mailboxes with new messages, and behind them paused guests that have had few slices. Who may have one
/// is the <see cref="Reserve"/>'s to say.
/// </summary>
internal sealed class WaitingStores(PausedGuests paused, Reserve reserve)
{
    private readonly ReadyLine _ready = new();
    private int _count;

    /// <summary>Whether any waits.</summary>
    internal bool Any => Volatile.Read(ref _count) > 0;

    /// <summary>Time of a worker that a request takes, in ticks of the stopwatch; 0 while stores have not waited long enough to tell.</summary>
    internal double TimePerRequest => _ready.TimePerRequest;

    /// <summary>Puts a mailbox in line.</summary>
    /// <param name="mailbox">The mailbox.</param>
    /// <param name="tenant">Whose it is.</param>
    /// <param name="ends">Whether its guest is to end, and its tenant's guests keep on.</param>
    internal void Add(IRunnable mailbox, Tenant tenant, bool ends)
    {
        _ready.Enqueue(mailbox, tenant, ends);
        Interlocked.Increment(ref _count);
    }

    /// <summary>A guest that has had few slices was put in line.</summary>
    internal void AddedSoon() => Interlocked.Increment(ref _count);

    /// <summary>A store of the tenant has had a worker for so long, in ticks of the stopwatch, and has begun so many requests.</summary>
    internal void Charge(Tenant tenant, long ticks, long requests)
    {
        _ready.Charge(tenant, ticks, requests);
        paused.Charge(tenant, ticks);
    }

    /// <summary>Nobody waits: what was measured no longer holds.</summary>
    internal void Rest() => _ready.Rest();

    /// <summary>Whether one waits that may have a worker now.</summary>
    internal bool HasNext()
    {
        if (!Any)
        {
            return false;
        }

        long now = reserve.Now;
        return now == Reserve.Never || Has(now, reserve.HasRoom(now) ? Among.All : Among.Short);
    }

    /// <summary>Whether one waits that may have no worker now, because its tenant's guests keep on.</summary>
    internal bool HasHeld() => Any && reserve.Now is var now and not Reserve.Never && !reserve.HasRoom(now) && Has(now, Among.Lasting);

    /// <summary>Who is next for a worker: new messages first, unless a paused guest has waited too long.</summary>
    /// <param name="run">The mailbox.</param>
    /// <param name="lasts">Whether to leave the reserve after its turn.</param>
    /// <param name="aged">Whether it had waited too long: <see cref="AgedEnded"/> after its turn.</param>
    internal bool TryTake([MaybeNullWhen(false)] out IRunnable run, out bool lasts, out bool aged)
    {
        run = null;
        long now = reserve.Now;
        bool entered = now != Reserve.Never && reserve.TryEnter(now);
        var among = entered || now == Reserve.Never ? Among.All : Among.Short;
        lasts = entered;
        aged = among == Among.All && TryTakeAged(out run);
        if (aged || (TryTake(now, among, out run, out bool mayLast) && mayLast))
        {
            return run is not null;
        }

        if (entered)
        {
            reserve.Leave();
        }

        lasts = false;
        return run is not null;
    }

    /// <summary>Whether a paused guest has waited too long, and may go before new messages.</summary>
    internal bool HasAged => paused.HasAged;

    /// <summary>The turn of one that had waited too long is over.</summary>
    internal void AgedEnded() => paused.AgedEnded();

    /// <summary>Whether one waits whose guest is to end.</summary>
    internal bool HasEnding => _ready.HasEnding;

    /// <summary>The next whose guest is to end, for a thread of the background.</summary>
    internal bool TryTakeEnding([MaybeNullWhen(false)] out IRunnable run)
    {
        run = null;
        if (!HasEnding || !_ready.TryDequeueEnding(out run))
        {
            return false;
        }

        Interlocked.Decrement(ref _count);
        return true;
    }

    /// <summary>Who is next of those that may have no worker now, for a thread of the background.</summary>
    internal bool TryTakeHeld([MaybeNullWhen(false)] out IRunnable run)
    {
        run = null;
        return HasHeld() && TryTake(reserve.Now, Among.Lasting, out run, out _);
    }

    private bool Has(long now, Among among) => _ready.HasNext(now, among) || paused.HasSoon(now, among);

    private bool TryTake(long now, Among among, [MaybeNullWhen(false)] out IRunnable run, out bool lasts)
    {
        if (_ready.TryDequeue(now, among, out run, out lasts))
        {
            Interlocked.Decrement(ref _count);
            return true;
        }

        if (paused.TryTakeSoon(now, among, out var place, out lasts))
        {
            Interlocked.Decrement(ref _count);
            return Turn.TryResume(place.Store, place, out run);
        }

        return false;
    }

    private bool TryTakeAged([MaybeNullWhen(false)] out IRunnable run)
    {
        run = null;
        if (!paused.TryTakeAged(out var place, out bool wasSoon))
        {
            return false;
        }

        if (wasSoon)
        {
            Interlocked.Decrement(ref _count);
        }

        if (Turn.TryResume(place.Store, place, out run))
        {
            return true;
        }

        paused.AgedEnded();
        return false;
    }
}
