using Akka.Actor;
using WasmActors.Actors.Messages;
using WasmActors.Actors.Passivation;
using WasmActors.Actors.Requests;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Failures;

namespace WasmActors.Actors.Stores.Actor;

/// <summary>Owns the store itself: opens and closes it, passivates it while it is idle, and stops it.</summary>
internal sealed class StoreLife(StoreParts parts)
{
    private StoreSession? _ended;
    private volatile bool _isPassive;

    /// <summary>The open store; null while there is none.</summary>
    internal StoreSession? Session { get; private set; }

    /// <summary>Whether the store has been passivated; any thread may read it.</summary>
    internal bool IsPassive => _isPassive;

    /// <summary>Whether the guest is inside a host function now; any thread may read it.</summary>
    internal bool IsInHostFunction => Session is { Store.IsInHostFunction: true };

    /// <summary>Whether a caller waits for the store to stop.</summary>
    internal bool IsStopping => parts.Recipe.IsStopping;

    /// <summary>Opens a fresh store by the recipe.</summary>
    /// <exception cref="WasmError"><c>engine.bad_settings</c></exception>
    internal void Open() => Session = StoreSession.Create(parts.Cell.Engine, parts.Cell, parts.Recipe);

    /// <summary>Ends the store but leaves its disposal to <see cref="Close"/>, which may take milliseconds.</summary>
    internal void End() => (Session, _ended) = (null, Session);

    /// <summary>Disposes the store, at low priority if the thread can do that.</summary>
    internal void Close()
    {
        parts.Reports.NoteMemory(0);
        var session = Session ?? _ended;
        (Session, _ended) = (null, null);
        if (session is not null && SliceThread.Current is { } low)
        {
            low.Do(session.Dispose);
        }
        else
        {
            session?.Dispose();
        }
    }

    /// <summary>Passivates the store if it is idle. Its actor remains and opens a fresh store for the next
    /// command.</summary>
    internal void OnPassivate(Passivate asked)
    {
        bool idle = Session is not null && parts.Stack.Top is null && parts.Queue.IsEmpty
            && !parts.Making.Replay.HasSteps && !parts.Failures.IsBroken && !IsStopping;

        // Commands that come later are behind this request in the mailbox.
        bool agreed = idle && parts.Stack.Begun == asked.Begun && parts.Cell.Waiting == 0;
        if (agreed && parts.Recipe.Spec.WhenPassivated == PassivationPolicy.Stop)
        {
            parts.Cell.MarkGone("it was idle for long and passivated");
            parts.Self.Tell(new StoreProtocol.Stop(), ActorRefs.NoSender); // behind the commands that were accepted
        }
        else if (agreed)
        {
            parts.Reports.Passivated();
            Close();
            parts.Cell.Rest();
            _isPassive = true;
        }

        asked.Round?.Answer(agreed);
    }

    /// <summary>Opens the store of a passive actor again. Returns null if commands are accepted; otherwise the error
    /// to answer with.</summary>
    internal WasmError? Revive()
    {
        if (parts.Cell.TryReturn() is { } full)
        {
            return full;
        }

        _isPassive = false;
        parts.Making.Make();
        parts.Reports.Revived();
        return parts.Making.AdmissionError();
    }

    /// <summary>Stops the store after the commands that were sent before. Later commands are rejected.</summary>
    internal void Stop(StoreWork work)
    {
        parts.Recipe.StopFor(work);
        parts.Cell.MarkGone("it was stopped");
        StopWhenIdle();
    }

    /// <summary>Stops the actor if a caller waits for that and nothing is left to execute.</summary>
    internal void StopWhenIdle()
    {
        if (IsStopping && _ended is null
            && ((parts.Stack.Top is null && parts.Queue.IsEmpty && !parts.Making.Replay.HasSteps) || Session is null))
        {
            parts.Context.Stop(parts.Self);
        }
    }

    /// <summary>Answers the callers that wait for the store to stop.</summary>
    internal void AnswerStoppers()
    {
        foreach (var stopper in parts.Recipe.Stoppers)
        {
            stopper.Answer(StoreProtocol.Done.Instance);
        }
    }
}
