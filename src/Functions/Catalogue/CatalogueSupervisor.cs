using Akka.Actor;
using Akka.Pattern;

namespace WasmActors.Functions.Catalogue;

/// <summary>Starts the catalogue's writer again when its journal fails, and answers commands meanwhile.</summary>
internal static class CatalogueSupervisor
{
    /// <summary>Returns the writer under its supervisor.</summary>
    internal static Props Props(CatalogueWriterOptions options)
    {
        var memory = new WriterMemory();
        return BackoffSupervisor.Props(
            Backoff.OnStop(
                    Akka.Actor.Props.CreateBy(new Maker(options, memory)),
                    "writer",
                    minBackoff: TimeSpan.FromMilliseconds(200),
                    maxBackoff: TimeSpan.FromSeconds(10),
                    randomFactor: 0.2,
                    maxNrOfRetries: -1)
                .WithReplyWhileStopped(CatalogueActor.Unavailable("its journal is being read again: try again soon")));
    }

    private sealed class Maker(CatalogueWriterOptions options, WriterMemory memory) : IIndirectActorProducer
    {
        public Type ActorType => typeof(CatalogueActor);

        public ActorBase Produce() => new CatalogueActor(options, memory);

        public void Release(ActorBase actor)
        {
        }
    }
}
