using Akka.Actor;
using WasmActors.Actors.Messages;
using WasmActors.Actors.Stores.Recipe;
using WasmActors.Actors.Stores.Supervision;
using WasmActors.Runtime.Failures;

namespace WasmActors.Actors.Stores.Actor;

/// <summary>Makes the store, the first time and again: at once, after a delay, or when its circuit has been open long
/// enough.</summary>
internal sealed class StoreMaking
{
    private readonly StoreParts _parts;
    private StoreCreator _creator;
    private Remake? _awaited;
    private ITimer? _timer;
    private bool _isOnTrial;

    /// <param name="parts">The parts of the store's actor.</param>
    /// <param name="creator">The sender that asked for the store; it is answered once.</param>
    internal StoreMaking(StoreParts parts, in StoreCreator creator)
    {
        _parts = parts;
        _creator = creator;
        Replay = new RecipeReplay(parts.Cell, parts.Recipe);
    }

    /// <summary>Repeats the recipe of a store that is made again.</summary>
    internal RecipeReplay Replay { get; }

    /// <summary>Whether there is no store for now, but one will be made.</summary>
    internal bool IsAway => _parts.Life.Session is null && _awaited is not null;

    /// <summary>Makes the store when its actor starts.</summary>
    internal void Begin()
    {
        if (_parts.Cell.IsGone)
        {
            // Its host was disposed meanwhile, or it broke while it was to stop.
            _creator.Answer(new StoreProtocol.Failed(WasmFailure.From(_parts.Cell.Gone())));
            _parts.Context.Stop(_parts.Self);
        }
        else if (_parts.Recipe.Restarts is { Delay: { Ticks: > 0 } delay })
        {
            MakeLater(delay);
        }
        else
        {
            Make();
        }

        _creator = default;
    }

    /// <summary>Makes the store now.</summary>
    internal void Make()
    {
        _parts.Recipe.BeginGeneration();
        _parts.Recipe.Restarts?.Trying();
        try
        {
            _parts.Life.Open();
            if (_parts.Recipe.Generation == 1)
            {
                _parts.Reports.Started();
                _creator.Answer(new HostProtocol.StoreCreated(_parts.Reports.Handle));
                return;
            }

            Replay.Begin();
            using var _ = _parts.Session.Store.Enter();
            _parts.Runner.Advance();
        }
        catch (Exception failure)
        {
            OnFailed(failure);
        }
    }

    /// <summary>Returns null if there is a store or commands may wait for one; otherwise the error to answer
    /// with.</summary>
    internal WasmError? AdmissionError() =>
        _parts.Life.Session is not null ? null
        : _awaited is null ? _parts.Cell.Gone()
        : _parts.Cell.Closed?.ToError();

    /// <summary>Ends the replay of the recipe. Queued work is next.</summary>
    internal void OnMade()
    {
        Replay.End();
        _isOnTrial = _parts.Recipe.Restarts is { Circuit: CircuitState.HalfOpen };
        _parts.Cell.CloseCircuit();
        if (_parts.Recipe.BrokenBy is { } code)
        {
            _parts.Recipe.BrokenBy = null;
            _parts.Reports.Replaced(code);
        }
    }

    /// <summary>Closes the circuit at the first call that succeeds after it was open.</summary>
    internal void OnSucceeded()
    {
        if (_isOnTrial)
        {
            _isOnTrial = false;
            _parts.Recipe.Restarts!.Proved();
            Report(SupervisionAction.CloseCircuit, "", "It serves again.", null);
        }
    }

    /// <summary>Makes the store when its timer fires.</summary>
    internal void OnRemake(Remake remake)
    {
        if (ReferenceEquals(remake, _awaited))
        {
            _awaited = null;
            Make();
        }
    }

    /// <summary>Handles that the store could not be made. It is made again later, unless it was the first
    /// time.</summary>
    internal void OnFailed(Exception failure)
    {
        var error = failure as WasmException
            ?? new WasmError(
                ErrorCode.EngineError,
                $"The store could not be made: {failure.GetType().Name}: {GuestText.MessageOf(failure)}",
                failure);
        _parts.Reports.Log.Warning(
            error.InnerException,
            "Store {Store} could not be made: {Code} {Failure}",
            _parts.Cell.Id,
            error.Code,
            GuestText.MessageOf(error));
        Replay.End();
        while (_parts.Stack.Top is { } nested)
        {
            _parts.Failures.EndTop(nested, error).FailWith(error);
        }

        _parts.Life.Close();
        if (_parts.Recipe.Generation > 1)
        {
            ComeBack(error);
            MakeLater(_parts.Recipe.Restarts!.Delay);
            return;
        }

        _parts.Cell.MarkGone($"it could not be made ({error.Code}: {error.Message})");
        _creator.Answer(new StoreProtocol.Failed(WasmFailure.From(error)));
        _parts.Context.Stop(_parts.Self);
    }

    /// <summary>Decides when a store that broke is made again. If its circuit opens, queued work fails at
    /// once.</summary>
    internal void ComeBack(Exception reason)
    {
        var (cell, recipe, log) = (_parts.Cell, _parts.Recipe, _parts.Reports.Log);
        long now = cell.TryReadClock(out long timestamp) ? timestamp : 0;
        var restarts = reason is WasmException { Code: ErrorCode.Cancelled, IsInterruption: true }
            ? recipe.Excused(cell.Clock)
            : recipe.Failed(cell.Clock, now);
        string code = (reason as WasmException)?.Code ?? ErrorCode.StoreLost;
        recipe.BrokenBy = StoreFailures.ShortReason(reason);
        string message = reason is WasmException
            ? GuestText.MessageOf(reason)
            : $"{reason.GetType().Name}: {GuestText.MessageOf(reason)}";
        if (restarts.Circuit == CircuitState.Open)
        {
            log.Warning(
                "Store {Store} failed too often and has a rest of {Delay}: {Code} {Failure}",
                cell.Id,
                restarts.Delay,
                code,
                message);
            long reopensAt = now + (long)(restarts.Delay.TotalSeconds * cell.Clock.TimestampFrequency);
            var open = new StoreClosure(cell, $"{code}: {message}", reopensAt);
            cell.OpenCircuit(open);
            _parts.Queue.FailAll(open.ToError());
            Report(SupervisionAction.OpenCircuit, code, message, restarts.Delay);
        }
        else
        {
            log.Information(
                "Store {Store} is replaced by generation {Generation} in {Delay}: {Code} {Failure}",
                cell.Id,
                recipe.Generation + 1,
                restarts.Delay,
                code,
                message);
            Report(SupervisionAction.Replace, code, message, restarts.Delay);
        }
    }

    /// <summary>Reports a decision about the store to the supervisor.</summary>
    internal void Report(SupervisionAction action, string code, string message, TimeSpan? delay) =>
        _parts.Context.Parent.Tell(
            new SupervisionDecision(
                _parts.Cell.Id, _parts.Recipe.Generation, action, code, message, _parts.Cell.Clock.GetUtcNow())
            {
                Delay = delay is { Ticks: > 0 } ? delay : null,
            },
            _parts.Self);

    /// <summary>Releases the timer.</summary>
    internal void Cancel() => _timer?.Dispose();

    private void MakeLater(TimeSpan delay)
    {
        var remake = _awaited = new Remake();
        _timer?.Dispose();
        _timer = _parts.Cell.Clock.CreateTimer(
            static state =>
            {
                var (store, remake) = ((IActorRef, Remake))state!;
                store.Tell(remake, ActorRefs.NoSender);
            },
            (_parts.Self, remake),
            delay,
            Timeout.InfiniteTimeSpan);
    }

    /// <summary>Says that it is time to make the store again.</summary>
    internal sealed class Remake : INoSerializationVerificationNeeded;
}
