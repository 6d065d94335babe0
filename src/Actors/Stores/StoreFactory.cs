using Akka.Actor;
using Serilog;
using WasmActors.Actors.Passivation;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Modules;

namespace WasmActors.Actors.Stores;

/// <summary>Starts stores' actors as children of a host's supervisor: in its turn, or on the thread of whoever asks by a handle, which spares
/// the trip to the supervisor and back.</summary>
internal sealed class StoreFactory(WasmEngine engine, StorePassivator passivator, ILogger log, string dispatcher)
{
    private static long s_lastStore;

    // One for all stores, which differ in what they make.
    private readonly Props _common = Props.Create<StoreActor>().WithDispatcher(dispatcher).WithMailbox(StoreMailbox.Id);

    /// <summary>Starts a store; <paramref name="creator"/> is told.</summary>
    /// <param name="supervisor">The supervisor. Akka lets any thread attach a child to a cell.</param>
    /// <param name="spec">What it is started with.</param>
    /// <param name="creator">Who is told that it is there, or why not.</param>
    /// <exception cref="WasmError"><c>engine.bad_settings</c></exception>
    /// <exception cref="InvalidOperationException">The supervisor has been stopped.</exception>
    internal void Start(ActorCell supervisor, StoreSpec spec, IActorRef creator) =>
        Attach(supervisor, NewCell(spec), spec, new StoreCreator(creator, null));

    /// <summary>Starts a store, to be awaited; <c>store.gone</c> when the supervisor has been stopped.</summary>
    /// <exception cref="WasmError"><c>engine.bad_settings</c></exception>
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
            cell.MarkGone("its host has been disposed");
            request.FailGone();
        }

        RequestSweeper.RequestSent();
        return answer;
    }

    private StoreCell NewCell(StoreSpec spec)
    {
        spec.Check();
        return new StoreCell(Interlocked.Increment(ref s_lastStore), spec, engine);
    }

    private void Attach(ActorCell supervisor, StoreCell cell, StoreSpec spec, in StoreCreator creator)
    {
        supervisor.AttachChild(new StoreProps(_common, engine, cell, new StoreRecipe(spec), creator, log), isSystemService: false, $"store-{cell.Id}");
        if (spec.PassivateAfter is { } after)
        {
            passivator.Add(cell, after);
        }
    }
}
