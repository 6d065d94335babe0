using WasmActors.Actors.Handles;
using WasmActors.Actors.Imports;
using WasmActors.Actors.Messages;
using WasmActors.Actors.Telemetry;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Telemetry;
using static WasmActors.Actors.Messages.StoreEvents;
using static WasmActors.Actors.Messages.StoreProtocol;

namespace WasmActors.Actors.Stores;

// What is told to those who listen: spans and measurements of commands, events of the store.
internal sealed partial class StoreActor
{
    private StoreRef? _handle;
    private TrapBudget? _trapBudget;
    private long _memoryBytes;

    private StoreRef Handle => _handle ??= new StoreRef(_cell);

    private void Describe(CallRecord record, StoreWork work)
    {
        record.Describe(_calls, work.Function is { } id ? Session.NameOf(id) : null);
    }

    // Host functions that the guest calls within the step see the call's span and its store.
    private CallStep StepFollowed(CallFrame frame, GuestCall call)
    {
        var record = frame.Work.Record;
        if (record is null && !RunningStore.IsWanted)
        {
            return call.StepEntered();
        }

        using var flow = Flow.With(record?.Ambient);
        if (RunningStore.IsWanted)
        {
            RunningStore.Set(new RunningStore(_cell, frame.Number));
        }

        var step = call.StepEntered();
        record?.Stepped();
        Measure();
        return step;
    }

    // After whatever may have changed the length of a memory, and before it is answered.
    private void Measure()
    {
        if (StoreMetrics.FollowsMemory)
        {
            NoteMemory(Session.MemoryBytes());
        }
    }

    // What is asked of the server now belongs to the import's span, which goes along.
    private static Flow FollowParked(CallFrame frame, CallChain chain, ImportServer server)
    {
        if (frame.Work.Record is not { } record)
        {
            return default;
        }

        record.Parked(frame.Call!.Import!.Func.FullName, server.Kind);
        var ambient = record.ImportAmbient;
        chain.Trace = ambient?.Context ?? default;
        return Flow.With(ambient);
    }

    private void NoteMemory(long bytes)
    {
        if (bytes != _memoryBytes)
        {
            StoreMetrics.Resized(bytes - _memoryBytes);
            _memoryBytes = bytes;
        }
    }

    private static void CountRefusal(CallRecord? record, string code)
    {
        record?.Refuse();
        RuntimeTelemetry.Refused(code);
    }

    private void TellStarted()
    {
        _cell.IsCounted = true;
        StoreMetrics.Started();
        Context.System.EventStream.Publish(new StoreStarted(Handle, _recipe.Generation));
    }

    private void TellReplaced(string brokenBy)
    {
        StoreMetrics.Replaced();
        Context.System.EventStream.Publish(new StoreReplaced(Handle, _recipe.Generation, brokenBy));
    }

    private void TellStopped()
    {
        if (_cell.IsCounted)
        {
            _cell.IsCounted = false;
            StoreMetrics.Ended();
            Context.System.EventStream.Publish(new StoreStopped(Handle, _recipe.Generation, GuestText.Clean(_cell.Closed!.Because, GuestText.MessageLimit)));
        }
    }

    private void TellTrap(WasmException failure)
    {
        if (failure is Trap && (_trapBudget ??= new TrapBudget(_cell.Clock.TimestampFrequency)).TryTake(_cell.Now, out long untold))
        {
            var told = WasmFailure.From(failure) with { Exception = null };
            Context.System.EventStream.Publish(new StoreTrapped(Handle, _recipe.Generation, told with { Message = GuestText.Clean(told.Message, GuestText.MessageLimit) }, untold));
        }
    }
}
