using Akka.Actor;
using WasmActors.Actors.Stores.Recipe;
using WasmActors.Actors.Stores.Supervision;

namespace WasmActors.Actors.Stores.Actor;

/// <summary>Holds the parts of one store's actor. Each part keeps its own state, and reaches the other parts through
/// this object.</summary>
/// <remarks>It has more than 12 fields because it has one for each part, and no behavior.</remarks>
internal sealed class StoreParts
{
    internal StoreParts(IActorContext context, StoreCell cell, StoreRecipe recipe, in StoreCreator creator)
    {
        Context = context;
        Cell = cell;
        Recipe = recipe;
        Life = new StoreLife(this);
        Queue = new WaitQueue(cell, recipe.Spec.QueueLimit);
        Runner = new GuestRunner(this);
        Intake = new WorkIntake(this);
        Imports = new ServedImports(this);
        Failures = new StoreFailures(this);
        Deadlines = new PausedDeadlines(this);
        Making = new StoreMaking(this, creator);
        Reports = new StoreReports(this);
    }

    internal IActorContext Context { get; }

    internal StoreCell Cell { get; }

    internal StoreRecipe Recipe { get; }

    internal CallStack Stack { get; } = new();

    internal StoreLife Life { get; }

    internal WaitQueue Queue { get; }

    internal GuestRunner Runner { get; }

    internal WorkIntake Intake { get; }

    internal ServedImports Imports { get; }

    internal StoreFailures Failures { get; }

    internal PausedDeadlines Deadlines { get; }

    internal StoreMaking Making { get; }

    internal StoreReports Reports { get; }

    internal IActorRef Self => Context.Self;

    /// <summary>The store's session. Only while the store is open.</summary>
    internal StoreSession Session => Life.Session!;
}
