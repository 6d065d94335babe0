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

    // One for all stores: what differs is in their actors.
    private readonly Deploy _deploy = Deploy.Local.WithDispatcher(dispatcher).WithMailbox(StoreMailbox.Id);

    /// <summary>Starts a store; <paramref name="creator"/> is told.</summary>
    /// <param name="supervisor">The supervisor. Akka lets any thread attach a child to a cell.</param>
    /// <param name="spec">What it is started with.</param>
    /// <param name="creator">Who is told that it is there, or why not.</param>
    /// <exception cref="WasmError"><c>engine.bad_settings</c></exception>
    /// <exception cref="InvalidOperationException">The supervisor has been stopped.</exception>
    internal void Start(ActorCell supervisor, StoreSpec spec, IActorRef creator) =>
        Attach(supervisor, NewCell(spec), spec, new StoreCreator(creator, null));

    /// <summary>Starts a store, to be awaited.</summary>
    /// <exception cref="WasmError"><c>engine.bad_settings</c></exception>
    /// <exception cref="InvalidOperationException">The supervisor has been stopped.</exception>
    internal ValueTask<Handles.StoreRef> StartAsync(ActorCell supervisor, StoreSpec spec, TimeSpan within, CancellationToken cancellation)
    {
        var cell = NewCell(spec);
        var request = new CreationRequest();
        var answer = request.Task;
        request.Expect(cell, within, cancellation);
        Attach(supervisor, cell, spec, new StoreCreator(null, request));
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
        var maker = new Maker(engine, cell, new StoreRecipe(spec), creator, log);
        supervisor.AttachChild(Props.CreateBy(maker).WithDeploy(_deploy), isSystemService: false, $"store-{cell.Id}");
        if (spec.PassivateAfter is { } after)
        {
            passivator.Add(cell, after);
        }
    }

    /// <summary>Makes a store's actor, the first time and when it is replaced. An expression, Akka's usual way, is compiled for each.</summary>
    private sealed class Maker(WasmEngine engine, StoreCell cell, StoreRecipe recipe, StoreCreator creator, ILogger log) : IIndirectActorProducer
    {
        private StoreCreator _creator = creator;

        public Type ActorType => typeof(StoreActor);

        public ActorBase Produce()
        {
            var first = _creator;
            _creator = default; // it is told once, and not kept
            return new StoreActor(engine, cell, recipe, first, log);
        }

        public void Release(ActorBase actor)
        {
        }
    }
}
