using System.Runtime.CompilerServices;
using WasmActors.Actors.Admission;
using WasmActors.Actors.Messages;
using WasmActors.Actors.Requests;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Telemetry;

namespace WasmActors.Actors.Stores;

// The line of requests that wait for the store: how many there are, how long they take, and which are refused.
internal sealed partial class StoreCell
{
    // So many that wait are no overload, however long they take.
    private const int AlwaysWait = 16;

    // Made when there was a line, which most stores never have.
    private DrainRate? _rate;
    private long _sent;
    private long _taken;
    private long _lastTaken;

    /// <summary>Requests that were sent and not yet taken by the actor.</summary>
    internal long Waiting => Volatile.Read(ref _sent) - Volatile.Read(ref _taken);

    /// <summary>Counts a request in; the answer is null, or the refusal: <c>store.gone</c>, <c>store.circuit_open</c>,
    /// or <c>call.busy</c>.</summary>
    /// <param name="request">What is sent.</param>
    /// <param name="deadline">Timestamp at which it must be done; <see cref="long.MaxValue"/> for never.</param>
    internal WasmError? TryAdmit(StoreRequest request, long deadline)
    {
        if (Closed is { } closed && (closed.IsForGood || request.Command is not StoreProtocol.GetStatus))
        {
            return closed.ToError();
        }

        // One that finds an idle store of an idle host, as most do, is counted nowhere else.
        long position = Interlocked.Increment(ref _sent) - Volatile.Read(ref _taken);
        return position <= 1 && !_place.Host.IsContended ? null : AdmitWaiting(request, position, deadline);
    }

    /// <summary>The same for a command that comes as a message.</summary>
    internal WasmError? TryAdmit(StoreProtocol.Command command, long deadline) => IsGone
        ? Gone()
        : AdmitWaiting(Interlocked.Increment(ref _sent) - Volatile.Read(ref _taken), deadline, isForWaiting: command.Chain is not null);

    /// <summary>Counts a request in, however many wait.</summary>
    /// <param name="request">What is sent; null for a command that comes as a message.</param>
    /// <exception cref="WasmError"><c>store.gone</c>, of a request.</exception>
    internal void AdmitInAnyCase(StoreRequest? request)
    {
        if (request is not null && IsGone)
        {
            RuntimeTelemetry.Refused(ErrorCode.StoreGone);
            throw Gone();
        }

        Interlocked.Increment(ref _sent);
        if (request is null)
        {
            _place.Host.Wait(Tenant);
        }
    }

    /// <summary>Counts a request out; the actor's turn only, so that it needs no fence.</summary>
    /// <param name="begins">Whether it is carried out: one that was answered meanwhile says nothing of how long others
    /// take.</param>
    internal void Taken(bool begins)
    {
        BegunCount += begins ? 1 : 0;
        long taken = _taken + 1;
        Volatile.Write(ref _taken, taken);
        bool moreWait = Volatile.Read(ref _sent) > taken;
        if (moreWait || _lastTaken != 0)
        {
            Measure(begins ? 1 : 0, moreWait);
        }
    }

    /// <summary>Counts a command out that came as a message.</summary>
    internal void CommandTaken()
    {
        if (CountsCommands)
        {
            Taken(begins: true);
            CommandLost();
        }
    }

    /// <summary>A command that was counted in will not be taken.</summary>
    internal void CommandLost() => _place.Host.WaitsNoLonger(Tenant);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private WasmError? AdmitWaiting(StoreRequest request, long position, long deadline)
    {
        // What is for the caller of an import does not wait behind others.
        var refusal = AdmitWaiting(position, request.IsForCaller ? long.MaxValue : deadline, request.IsForCaller || request.Chain is not null);
        if (refusal is null)
        {
            request.WaitsInHost();
        }

        return refusal;
    }

    private WasmError? AdmitWaiting(long position, long deadline, bool isForWaiting)
    {
        double left = deadline != long.MaxValue && TryReadNow(out long now) ? (deadline - now) / (double)Clock.TimestampFrequency : double.PositiveInfinity;
        var refusal = RefusalAt(position, left, isForWaiting);
        if (refusal is null && isForWaiting)
        {
            _place.Host.Wait(Tenant);
        }
        else if (refusal is null)
        {
            refusal = _place.Host.TryWait(Tenant, left);
        }

        if (refusal is not null)
        {
            Interlocked.Decrement(ref _sent);
        }

        return refusal;
    }

    // By the store's own line: its length, and the time that it takes where it has stood for long enough to tell.
    private WasmError? RefusalAt(long position, double left, bool isForWaiting)
    {
        double each = (_rate?.PerItem ?? 0) / Clock.TimestampFrequency;
        if (position > _queueLimit)
        {
            return Refusals.Busy($"Store {Id} has {_queueLimit} requests waiting, its limit (StoreSpec.QueueLimit): send fewer at once.", Refusals.HalfOf(each, _queueLimit));
        }

        if (each <= 0 || _place.Host.Options.WithoutBounds)
        {
            return null;
        }

        double wait = each * (position - 1);
        double most = position <= AlwaysWait || isForWaiting ? double.PositiveInfinity : _place.Host.LongestWait;
        return wait <= most && wait <= left / 2 ? null : Refusals.Busy(
            $"{position - 1} requests wait for store {Id} and take about {wait:0.###} s: {Refusals.TooLong(wait, left)}.",
            Refusals.HalfOf(each, position));
    }

    // How long one takes, from one that is taken to the next while there is always a next.
    private void Measure(int begun, bool moreWait)
    {
        if (!TryReadNow(out long now))
        {
            return;
        }

        if (_lastTaken != 0)
        {
            _rate ??= new DrainRate(Clock.TimestampFrequency / 10.0); // 100 ms
            _rate.Add(now - _lastTaken, begun);
        }

        _lastTaken = moreWait ? now : 0;
        if (!moreWait)
        {
            _rate?.Reset();
        }
    }

    private bool TryReadNow(out long now)
    {
        try
        {
            now = Now;
            return true;
        }
        catch (Exception)
        {
            now = 0; // a clock of the user's that throws tells nothing of how long requests take
            return false;
        }
    }
}
