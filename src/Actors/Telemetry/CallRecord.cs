using System.Diagnostics;
using WasmActors.Actors.Stores;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Telemetry;
using Activity = System.Diagnostics.Activity;

namespace WasmActors.Actors.Telemetry;

/// <summary>
/// Follows one command from its sending to its answer while somebody listens: its span, and the times that become measurements.
/// </summary>
/// <remarks>
/// Begun by who sends, gone on with by the store's actor, ended by whoever answers. A command whose guest does not let go is answered
/// while the actor still goes on with it; what the actor tells after that is dropped.
/// </remarks>
internal sealed class CallRecord
{
    private StoreCell _cell = null!;
    private CallKind _kind = null!;
    private Activity? _caller;
    private Activity? _carrier;
    private ActivityContext _parent;
    private Activity? _span;
    private Activity? _import;
    private string _server = "";
    private long _sentAt;
    private long _takenAt;
    private long _parkedAt;
    private long _parked;
    private long _slices;
    private long _imports;
    private bool _refused;
    private string? _code;
    private string? _message;
    private volatile bool _ended;

    /// <summary>The span that code sees which runs for the command: its own, or its caller's where it is not sampled; null for none.</summary>
    internal Activity? Ambient => _span ?? (_caller is { IsStopped: false } ? _caller : Carrier());

    /// <summary>The span that who answers the import sees.</summary>
    internal Activity? ImportAmbient => _import ?? Ambient;

    /// <summary>Whether details are worth their cost.</summary>
    internal bool IsSampled => _span is { IsAllDataRequested: true };

    /// <summary>Begins anew, on the thread of who sends.</summary>
    /// <param name="cell">The store.</param>
    /// <param name="kind">What is sent.</param>
    /// <param name="parent">The span that it belongs to where no span is current.</param>
    internal CallRecord Begin(StoreCell cell, CallKind kind, ActivityContext parent)
    {
        CallMetrics.HasFollowed = true;
        (_cell, _kind, _parent) = (cell, kind, parent);
        (_caller, _carrier, _span, _import) = (null, null, null, null);
        (_takenAt, _parkedAt, _parked, _slices, _imports) = (0, 0, 0, 0, 0);
        (_refused, _code, _message, _ended) = (false, null, null, false);
        _sentAt = Now();
        if (RuntimeTelemetry.Source.HasListeners())
        {
            BeginSpan(parent);
        }

        return this;
    }

    /// <summary>The actor has taken it.</summary>
    internal void Taken()
    {
        if (!_ended)
        {
            _takenAt = Now();
            _span?.AddEvent(new ActivityEvent("wasmactors.taken"));
        }
    }

    /// <summary>It was turned away: not a call, but a refusal.</summary>
    internal void Refuse() => _refused = true;

    /// <summary>What is known once its store has begun it.</summary>
    internal void Describe(long number, string? function)
    {
        if (!_ended)
        {
            _span?.SetTag("wasmactors.call.number", number);
            if (function is not null)
            {
                _span?.SetTag("wasmactors.function", GuestText.Clean(function, GuestText.NameLimit));
            }
        }
    }

    /// <summary>A step of the guest has ended.</summary>
    internal void Stepped()
    {
        if (_ended)
        {
            return;
        }

        _slices++;
        try
        {
            CallMetrics.Stepped();
        }
        catch (Exception failure)
        {
            Untold(failure);
        }
    }

    /// <summary>The guest waits for an import.</summary>
    internal void Parked(string import, string server)
    {
        if (_ended)
        {
            return;
        }

        (_parkedAt, _server) = (Now(), server);
        _imports++;
        if (Ambient is not { } ambient)
        {
            return;
        }

        using var flow = Flow.With(ambient);
        try
        {
            _import = RuntimeTelemetry.Source.StartActivity("wasmactors.import");
            _import?.SetTag("wasmactors.import.name", GuestText.Clean(import, GuestText.NameLimit)).SetTag(CallMetrics.ServerTag, server);
        }
        catch (Exception failure)
        {
            Untold(failure);
        }
    }

    /// <summary>The import is answered, or waited for no longer; with the failure's code where it failed.</summary>
    internal void Answered(string? code)
    {
        if (_ended)
        {
            return;
        }

        try
        {
            EndImport(code, Now());
        }
        catch (Exception failure)
        {
            Untold(failure);
        }
    }

    /// <summary>It will be answered as a success, but tells of a failure.</summary>
    internal void Fail(WasmException failure) => (_code, _message) = (failure.Code, failure.Message);

    /// <summary>It is answered: once, by who answers. Listeners that throw must not keep that answer back.</summary>
    internal void End(string? code, string? message)
    {
        try
        {
            Tell(code, message);
        }
        catch (Exception failure)
        {
            Untold(failure);
        }

        _ended = true;
    }

    private void BeginSpan(ActivityContext parent)
    {
        _caller = Activity.Current;
        if (_kind == CallKind.Access && _caller is null && parent == default)
        {
            return;
        }

        using var flow = Flow.Keep();
        try
        {
            _span = RuntimeTelemetry.Source.StartActivity(_kind.SpanName, ActivityKind.Internal, _caller is null ? parent : default);
            _span?.SetTag("wasmactors.store.id", _cell.Id);
        }
        catch (Exception failure)
        {
            Untold(failure);
        }
    }

    private void Tell(string? code, string? message)
    {
        long now = Now();
        EndImport(code, now);
        (code, message) = (code ?? _code, message ?? _message);
        string? error = code is null ? null : ErrorType.Of(code);
        long taken = _takenAt == 0 ? now : _takenAt;
        var (waiting, parked) = (Elapsed(_sentAt, taken), _cell.Clock.GetElapsedTime(0, _parked));
        var running = Elapsed(taken, now) - parked;
        if (!_refused)
        {
            CallMetrics.Answered(_kind.Name, error);
            CallMetrics.Spent(_kind.Name, "waiting", error, waiting);
            if (_takenAt != 0)
            {
                CallMetrics.Spent(_kind.Name, "running", error, running);
            }

            if (_imports > 0)
            {
                CallMetrics.Spent(_kind.Name, "parked", error, parked);
            }
        }

        if (_span is not null)
        {
            EndSpan(error, code, message, waiting, running, parked);
        }
    }

    private void EndSpan(string? error, string? code, string? message, TimeSpan waiting, TimeSpan running, TimeSpan parked)
    {
        var span = _span!;
        span.SetTag("wasmactors.call.waiting", waiting.TotalSeconds)
            .SetTag("wasmactors.call.running", running.TotalSeconds)
            .SetTag("wasmactors.call.parked", parked.TotalSeconds)
            .SetTag("wasmactors.call.slices", _slices)
            .SetTag("wasmactors.call.imports", _imports);
        if (error is not null)
        {
            span.SetTag(RuntimeTelemetry.ErrorTag, error).SetStatus(ActivityStatusCode.Error, Shown(code!, message));
        }

        Stop(span);
    }

    private void EndImport(string? code, long now)
    {
        if (_parkedAt == 0)
        {
            return;
        }

        _parked += now - _parkedAt;
        string? error = code is null ? null : ErrorType.Of(code);
        CallMetrics.ImportAnswered(_server, error, Elapsed(_parkedAt, now));
        _parkedAt = 0;
        if (_import is { } import)
        {
            _import = null;
            if (error is not null)
            {
                import.SetTag(RuntimeTelemetry.ErrorTag, error).SetStatus(ActivityStatusCode.Error);
            }

            Stop(import);
        }
    }

    // A span of this process's that only carries on what came in a message and is not sampled.
    private Activity? Carrier()
    {
        if (_carrier is null && _parent != default)
        {
            using var flow = Flow.Keep();
            _carrier = new Activity(_kind.SpanName).SetParentId(_parent.TraceId, _parent.SpanId, _parent.TraceFlags);
            _carrier.TraceStateString = _parent.TraceState;
            _carrier.Start();
        }

        return _carrier;
    }

    // Messages about values may quote them, and arguments are not told.
    private static string? Shown(string code, string? message) => code is ErrorCode.BadArguments or ErrorCode.WrongType || message is null
        ? null
        : GuestText.Clean(message, GuestText.NameLimit);

    private static void Stop(Activity span)
    {
        using var flow = Flow.Keep();
        span.Stop();
    }

    private void Untold(Exception failure) =>
        _cell.Log.Error(failure, "Store {Store}: a listener to measurements or spans threw; what it was to be told of a {Kind} is lost", _cell.Id, _kind.Name);

    private TimeSpan Elapsed(long from, long to) => _cell.Clock.GetElapsedTime(from, to);

    private long Now() => _cell.TryReadClock(out long now) ? now : Math.Max(_sentAt, Math.Max(_takenAt, _parkedAt));
}
