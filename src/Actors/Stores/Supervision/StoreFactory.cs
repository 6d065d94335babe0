using Akka.Actor;
using Serilog;
using WasmActors.Actors.Admission;
using WasmActors.Actors.Passivation;
using WasmActors.Actors.Requests;
using WasmActors.Actors.Stores.Actor;
using WasmActors.Actors.Stores.Recipe;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Modules;

namespace WasmActors.Actors.Stores.Supervision;

/// <summary>Starts stores' actors as children of a host's supervisor: in its turn, or on the thread of whoever asks by
/// a handle, which spares
/// the trip to the supervisor and back.</summary>
internal sealed class StoreFactory(WasmEngine engine, StorePassivator passivator, HostAdmission admission, ILogger log, string dispatcher)
{
    private static long s_lastStore;

    private long _started;
    private volatile bool _isClosed;

    // One for all stores, which differ in what they make.
    private readonly Props _common = Props.Create<StoreActor>().WithDispatcher(dispatcher).WithMailbox(StoreMailbox.Id);

    /// <summary>How many stores were started.</summary>
    internal long Started => Volatile.Read(ref _started);

    internal TimeProvider Clock => engine.Settings.Clock;

    /// <summary>From here on none is started: their host is being disposed.</summary>
    internal void Close() => _isClosed = true;

    /// <summary>The supervisor has ended: stops the stores that it missed, which were only just being
    /// started.</summary>
    internal void SupervisorEnded()
    {
        Close();
        admission.Stores.Close();
    }

    /// <summary>Ends all guests at the next tick.</summary>
    internal void EndGuests() => engine.EndGuests();

    /// <summary>Starts a store; <paramref name="creator"/> is told.</summary>
    /// <param name="supervisor">The supervisor. Its list of children may be added to by any thread.</param>
    /// <param name="spec">What it is started with.</param>
    /// <param name="creator">Who is told that it is there, or why not.</param>
    /// <exception cref="WasmError"><c>engine.bad_settings</c>, <c>host.full</c>, <c>store.gone</c></exception>
    /// <exception cref="InvalidOperationException">The supervisor has been stopped.</exception>
    internal void Start(ActorCell supervisor, StoreSpec spec, IActorRef creator) =>
        Attach(supervisor, NewCell(spec), spec, new StoreCreator(creator, null));

    /// <summary>Starts a store, to be awaited; <c>store.gone</c> when the supervisor has been stopped.</summary>
    /// <exception cref="WasmError"><c>engine.bad_settings</c>, <c>host.full</c>, <c>store.gone</c></exception>
    internal ValueTask<Handles.StoreRef> StartAsync(ActorCell supervisor, StoreSpec spec, TimeSpan within, CancellationToken cancellation)
    {
        var cell = NewCell(spec);
        var request = new CreationRequest();
        var answer = request.Task;
        request.Expect(cell, within, cancellation);
        try
        {
            Attach(supervisor, cell, spec, new StoreCreator(null, request));
        }
        catch (InvalidOperationException)
        {
            cell.Ended();
            cell.MarkGone("its host has been disposed");
            request.FailGone();
        }

        RequestSweeper.RequestSent();
        return answer;
    }

    private StoreCell NewCell(StoreSpec spec)
    {
        (spec ?? throw new WasmError(ErrorCode.BadSettings, "The specification of the store is null: use new StoreSpec() for the defaults.")).Check();
        if (_isClosed)
        {
            throw new WasmError(ErrorCode.StoreGone, "The host of the stores is being disposed: no more are made.");
        }

        if (admission.TryStart(spec, out var place) is { } refusal)
        {
            throw refusal;
        }

        Interlocked.Increment(ref _started);
        return new StoreCell(Interlocked.Increment(ref s_lastStore), spec, engine, place) { Log = log };
    }

    private void Attach(ActorCell supervisor, StoreCell cell, StoreSpec spec, in StoreCreator creator)
    {
        // Begun here, and not, as by AttachChild, in a turn of the supervisor's.
        var actor = supervisor.ActorOf(new StoreProps(_common, cell, new StoreRecipe(spec), creator), $"store-{cell.Id}");
        if (!admission.Stores.TryAdd(cell, actor))
        {
            StoreRegister.Stop(actor);
        }

        if (spec.PassivateAfter is { } after)
        {
            passivator.Add(cell, after);
        }
    }
}
