using System.Diagnostics;
using Akka.Actor;
using WasmActors.Actors.Handles;
using WasmActors.Actors.Messages;
using WasmActors.Actors.Telemetry;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Values;
using static WasmActors.Actors.Messages.ImportProtocol;

namespace WasmActors.Actors.Imports;

/// <summary>Lets a delegate answer one use of an import, on the thread pool, and tells the waiting store.</summary>
internal sealed class DelegateAnswer(AsyncThunk thunk, IReadOnlyList<Val> arguments, ImportId id, CallerRef caller, IActorRef store) : IThreadPoolWorkItem
{
    private readonly Activity? _span = CallMetrics.HasFollowed ? Activity.Current : null;

    public void Execute()
    {
        // Set for this work item, and for what it awaits; the pool forgets it with the item.
        ServedContext.Current = new ServedContext(caller.Chain, caller.Deadline);
        if (_span is not null)
        {
            Activity.Current = _span;
        }

        try
        {
            var answer = thunk.InvokeAsync(caller, arguments);
            if (answer.IsCompletedSuccessfully)
            {
                store.Tell(new ImportReturned(id, answer.Result), ActorRefs.NoSender);
            }
            else
            {
                _ = FinishAsync(answer);
            }
        }
        catch (Exception failure)
        {
            Fail(failure);
        }
        finally
        {
            ServedContext.Current = null;
            if (_span is not null)
            {
                Activity.Current = null;
            }
        }
    }

    private async Task FinishAsync(ValueTask<Val[]> answer)
    {
        try
        {
            store.Tell(new ImportReturned(id, await answer.ConfigureAwait(false)), ActorRefs.NoSender);
        }
        catch (Exception failure)
        {
            Fail(failure);
        }
    }

    private void Fail(Exception failure)
    {
        var known = failure as WasmException ?? new WasmError(
            ErrorCode.HostException,
            $"'{GuestText.Clean(thunk.Name, GuestText.NameLimit)}' threw {failure.GetType().Name}: {GuestText.MessageOf(failure)}",
            failure);
        store.Tell(new ImportTrapped(id, WasmFailure.From(known)), ActorRefs.NoSender);
    }
}
