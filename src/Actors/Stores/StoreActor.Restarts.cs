using Akka.Actor;
using WasmActors.Actors.Messages;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Failures;

namespace WasmActors.Actors.Stores;

// How the store is made, the first time and again: at once, after a delay, or when its circuit has been open long enough.
internal sealed partial class StoreActor
{
    private bool _isBeingMade;
    private bool _isOnTrial;
    private Remake? _awaited;
    private ITimer? _remake;

    /// <summary>Whether there is no store for now, but one will be made.</summary>
    private bool IsAway => _session is null && _awaited is not null;

    private void Make()
    {
        _recipe.BeginGeneration();
        _recipe.Restarts?.Trying();
        try
        {
            _session = StoreSession.Create(_engine, _cell, _recipe);
            if (_recipe.Generation == 1)
            {
                TellStarted();
                _creator.Answer(new HostProtocol.StoreCreated(Handle));
                return;
            }

            _stepsLeftToReplay = _recipe.Steps.Count;
            _isBeingMade = true;
            using var _ = Session.Store.Enter();
            Advance();
        }
        catch (Exception failure)
        {
            CannotBeMade(failure);
        }
    }

    // The recipe has been carried out; what waited meanwhile is next.
    private void OnMade()
    {
        _isBeingMade = false;
        _isOnTrial = _recipe.Restarts is { Circuit: CircuitState.HalfOpen };
        _cell.CloseCircuit();
        if (_recipe.BrokenBy is { } code)
        {
            _recipe.BrokenBy = null;
            TellReplaced(code);
        }
    }

    // The first command that succeeded after a rest.
    private void OnProved()
    {
        _isOnTrial = false;
        _recipe.Restarts!.Proved();
        Tell(SupervisionAction.CloseCircuit, "", "It serves again.", null);
    }

    private void MakeLater(TimeSpan delay)
    {
        var remake = _awaited = new Remake();
        _remake?.Dispose();
        _remake = _engine.Settings.Clock.CreateTimer(
            static state =>
            {
                var (store, remake) = ((IActorRef, Remake))state!;
                store.Tell(remake, ActorRefs.NoSender);
            },
            (Self, remake),
            delay,
            Timeout.InfiniteTimeSpan);
    }

    private void OnRemake(Remake remake)
    {
        if (ReferenceEquals(remake, _awaited))
        {
            _awaited = null;
            Make();
        }
    }

    private void CannotBeMade(Exception failure)
    {
        var error = failure as WasmException
            ?? new WasmError(ErrorCode.EngineError, $"The store could not be made: {failure.GetType().Name}: {GuestText.MessageOf(failure)}", failure);
        Log.Warning(error.InnerException, "Store {Store} could not be made: {Code} {Failure}", _cell.Id, error.Code, GuestText.MessageOf(error));
        _stepsLeftToReplay = 0;
        _isBeingMade = false;
        while (_top is { } nested)
        {
            FailWork(EndTop(nested, error), error);
        }

        DisposeSession();
        if (_recipe.Generation > 1)
        {
            ComeBack(error);
            MakeLater(_recipe.Restarts!.Delay);
            return;
        }

        _cell.MarkGone($"it could not be made ({error.Code}: {error.Message})");
        _creator.Answer(new StoreProtocol.Failed(WasmFailure.From(error)));
        Context.Stop(Self);
    }

    // Decides when the store is made again. With an open circuit nobody waits for that.
    private void ComeBack(Exception reason)
    {
        long now = _cell.TryReadClock(out long timestamp) ? timestamp : 0;
        var restarts = reason is WasmException { Code: ErrorCode.Cancelled, IsInterruption: true }
            ? _recipe.Excused(_engine.Settings.Clock)
            : _recipe.Failed(_engine.Settings.Clock, now);
        string code = (reason as WasmException)?.Code ?? ErrorCode.StoreLost;
        _recipe.BrokenBy = GuestReason(reason);
        string message = reason is WasmException ? GuestText.MessageOf(reason) : $"{reason.GetType().Name}: {GuestText.MessageOf(reason)}";
        if (restarts.Circuit == CircuitState.Open)
        {
            Log.Warning("Store {Store} failed too often and has a rest of {Delay}: {Code} {Failure}", _cell.Id, restarts.Delay, code, message);
            var open = new StoreClosure(_cell, $"{code}: {message}", now + (long)(restarts.Delay.TotalSeconds * _cell.Clock.TimestampFrequency));
            _cell.OpenCircuit(open);
            FailQueue(open.ToError());
            Tell(SupervisionAction.OpenCircuit, code, message, restarts.Delay);
        }
        else
        {
            Log.Information("Store {Store} is replaced by generation {Generation} in {Delay}: {Code} {Failure}", _cell.Id, _recipe.Generation + 1, restarts.Delay, code, message);
            Tell(SupervisionAction.Replace, code, message, restarts.Delay);
        }
    }

    private void Tell(SupervisionAction action, string code, string message, TimeSpan? delay) =>
        Context.Parent.Tell(
            new SupervisionDecision(_cell.Id, _recipe.Generation, action, code, message, _engine.Settings.Clock.GetUtcNow())
            {
                Delay = delay is { Ticks: > 0 } ? delay : null,
            },
            Self);

    /// <summary>It is time to make the store again.</summary>
    private sealed class Remake : INoSerializationVerificationNeeded;
}
