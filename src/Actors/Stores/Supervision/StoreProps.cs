using Akka.Actor;
using WasmActors.Actors.Stores.Actor;
using WasmActors.Actors.Stores.Recipe;

namespace WasmActors.Actors.Stores.Supervision;

/// <summary>Makes a store's actor, the first time and when it is replaced.</summary>
/// <remarks>Akka's usual <c>Props</c> compile an expression for each store, or merge and parse an empty deployment for
/// each.</remarks>
internal sealed class StoreProps : Props
{
    private readonly StoreRecipe _recipe;
    private StoreCreator _creator;

    /// <param name="common">What is the same for all stores: dispatcher and mailbox.</param>
    /// <param name="cell">What handles know of the store.</param>
    /// <param name="recipe">How it is made.</param>
    /// <param name="creator">Who is told.</param>
    internal StoreProps(Props common, StoreCell cell, StoreRecipe recipe, in StoreCreator creator)
        : base(common)
    {
        Cell = cell;
        _recipe = recipe;
        _creator = creator;
    }

    /// <summary>What handles know of the store.</summary>
    internal StoreCell Cell { get; }

    /// <inheritdoc/>
    public override ActorBase NewActor()
    {
        var creator = _creator;
        _creator = default; // told once, and not kept
#pragma warning disable AK1000 // these are the Props
        return new StoreActor(Cell, _recipe, creator);
#pragma warning restore AK1000
    }

    /// <inheritdoc/>
    protected override Props Copy() => new StoreProps(this, Cell, _recipe, _creator);
}
