using Akka.Actor;
using WasmActors.Actors.Passivation;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Failures;

namespace WasmActors.Actors.Stores;

// A store that has been idle for long is disposed; its actor stays, and makes a fresh one for the next command.
internal sealed partial class StoreActor
{
    private volatile bool _isPassive;

    /// <summary>Whether its store has been passivated; read by any thread, as the two below.</summary>
    internal bool IsPassive => _isPassive;

    /// <summary>Whether it is carrying out a command.</summary>
    internal bool IsAtWork => _top is not null;

    /// <summary>How many commands it has begun.</summary>
    internal long Begun => Volatile.Read(ref _calls);

    private void OnPassivate(Passivate asked)
    {
        bool idle = _session is not null && _top is null && _queue.Count == 0 && _stepsLeftToReplay == 0 && _brokenBy is null && !IsStopping;
        bool agreed = idle && _calls == asked.Begun && _cell.Waiting == 0; // whoever comes after this is behind it in the mailbox
        if (agreed && _recipe.Spec.WhenPassivated == PassivationPolicy.Stop)
        {
            _cell.MarkGone("it was idle for long and passivated");
            Self.Tell(new Messages.StoreProtocol.Stop(), ActorRefs.NoSender); // behind what was accepted until now
        }
        else if (agreed)
        {
            Log.Debug("Store {Store} is passive after {Calls} calls", _cell.Id, _calls);
            DisposeSession();
            _cell.Rest();
            _isPassive = true;
        }

        asked.Round?.Answer(agreed);
    }

    // Makes the store of a passive actor again; the answer is null, or why commands are refused.
    private WasmError? Revive()
    {
        if (_cell.TryReturn() is { } full)
        {
            return full;
        }

        _isPassive = false;
        Make();
        Log.Debug("Store {Store} is made again, generation {Generation}", _cell.Id, _recipe.Generation);
        return RefusalWithoutStore();
    }

    /// <summary>Asks for the store to be passivated if it is idle.</summary>
    /// <param name="Begun">Commands that it had begun when it was seen to be idle; if there are more by now, it stays.</param>
    /// <param name="Round">Who counts those that agree; null for nobody.</param>
    internal sealed record Passivate(long Begun, PassivationRound? Round) : INoSerializationVerificationNeeded;
}
