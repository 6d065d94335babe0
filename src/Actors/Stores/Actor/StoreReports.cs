using Serilog;
using Serilog.Events;
using WasmActors.Actors.Handles;
using WasmActors.Actors.Messages;
using WasmActors.Actors.Requests;
using WasmActors.Actors.Telemetry;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Telemetry;
using static WasmActors.Actors.Messages.StoreEvents;

namespace WasmActors.Actors.Stores.Actor;

/// <summary>Reports what a store does: log lines, spans and measurements of its commands, and events of the
/// store.</summary>
/// <remarks>Logs of commands are at level Debug only. They hold the store, the instance, its module's digest and the
/// number of the
/// command in this store, never arguments or memory.</remarks>
internal sealed class StoreReports(StoreParts parts)
{
    private TrapBudget? _trapBudget;
    private long _memoryBytes;

    internal StoreRef Handle => field ??= new StoreRef(parts.Cell);

    internal ILogger Log => field ??= parts.Cell.Log.ForContext("Store", parts.Cell.Id);

    /// <summary>Counts rejected work.</summary>
    internal static void CountRejection(CallRecord? record, string code)
    {
        record?.Refuse();
        RuntimeTelemetry.Refused(code);
    }

    /// <summary>Adds what is known of a command when its store starts it.</summary>
    internal void Describe(CallRecord record, StoreWork work) =>
        record.Describe(parts.Stack.Begun, work.Function is { } id ? parts.Session.NameOf(id) : null);

    /// <summary>Runs a guest's next slice. Host functions that it calls see the call's span and its store.</summary>
    internal CallStep Step(CallFrame frame, GuestCall call)
    {
        var record = frame.Work.Record;
        if (record is null && !RunningStore.IsWanted)
        {
            return call.StepEntered();
        }

        using var flow = Flow.With(record?.Ambient);
        if (RunningStore.IsWanted)
        {
            RunningStore.Set(new RunningStore(parts.Cell, frame.Number));
        }

        var step = call.StepEntered();
        record?.Stepped();
        Measure();
        return step;
    }

    /// <summary>Measures the store's memories, after work that may have changed their length and before it is
    /// answered.</summary>
    internal void Measure()
    {
        if (StoreMetrics.FollowsMemory)
        {
            NoteMemory(parts.Session.MemoryBytes());
        }
    }

    /// <summary>Notes the length of the store's memories.</summary>
    internal void NoteMemory(long bytes)
    {
        if (bytes != _memoryBytes)
        {
            StoreMetrics.Resized(bytes - _memoryBytes);
            _memoryBytes = bytes;
        }
    }

    /// <summary>Reports that the store was started.</summary>
    internal void Started()
    {
        parts.Cell.IsCounted = true;
        StoreMetrics.Started();
        Publish(new StoreStarted(Handle, parts.Recipe.Generation));
    }

    /// <summary>Reports that a fresh store has replaced one that broke.</summary>
    internal void Replaced(string brokenBy)
    {
        StoreMetrics.Replaced();
        Publish(new StoreReplaced(Handle, parts.Recipe.Generation, brokenBy));
    }

    /// <summary>Reports that the store has gone.</summary>
    internal void Stopped()
    {
        if (parts.Cell.IsCounted)
        {
            parts.Cell.IsCounted = false;
            StoreMetrics.Ended();
            string because = GuestText.Clean(parts.Cell.Closed!.Because, GuestText.MessageLimit);
            Publish(new StoreStopped(Handle, parts.Recipe.Generation, because));
        }
    }

    /// <summary>Reports that the store was passivated.</summary>
    internal void Passivated() =>
        Log.Debug("Store {Store} is passive after {Calls} calls", parts.Cell.Id, parts.Stack.Begun);

    /// <summary>Reports that a passive store was opened again.</summary>
    internal void Revived() =>
        Log.Debug("Store {Store} is made again, generation {Generation}", parts.Cell.Id, parts.Recipe.Generation);

    /// <summary>Reports that a guest failed.</summary>
    internal void Failed(GuestCall call, WasmException failure)
    {
        if (parts.Cell.Log.IsEnabled(LogEventLevel.Debug))
        {
            Log.Debug(
                "Store {Store}, call {Call}: {Kind} failed with {Code}: {Failure}",
                parts.Cell.Id,
                parts.Stack.Begun,
                call is Instantiation ? "instantiation" : "call",
                failure.Code,
                GuestText.Clean(failure.Message, GuestText.MessageLimit));
        }

        if (failure is Trap)
        {
            Trapped(failure);
        }
    }

    /// <summary>Reports a new instance.</summary>
    internal void Instantiated(Instantiation instantiation, StoreProtocol.Instantiated made)
    {
        if (parts.Cell.Log.IsEnabled(LogEventLevel.Debug))
        {
            Log.Debug(
                "Store {Store}, call {Call}: instance {Instance} of module {Module}",
                parts.Cell.Id,
                parts.Stack.Begun,
                made.Instance,
                instantiation.Instance!.Module.Digest);
        }
    }

    private void Trapped(WasmException failure)
    {
        _trapBudget ??= new TrapBudget(parts.Cell.Clock.TimestampFrequency);
        if (_trapBudget.TryTake(parts.Cell.Now, out long unreported))
        {
            var reported = WasmFailure.From(failure) with { Exception = null };
            reported = reported with { Message = GuestText.Clean(reported.Message, GuestText.MessageLimit) };
            Publish(new StoreTrapped(Handle, parts.Recipe.Generation, reported, unreported));
        }
    }

    private void Publish(StoreEvent happened) => parts.Context.System.EventStream.Publish(happened);
}
