using System.Diagnostics.CodeAnalysis;
using WasmActors.Actors.Requests;

namespace WasmActors.Actors.Stores.Recipe;

/// <summary>Repeats the steps of a store's recipe after the store was opened again.</summary>
internal sealed class RecipeReplay(StoreCell cell, StoreRecipe recipe)
{
    private int _stepsLeft;

    /// <summary>Whether steps are left to repeat.</summary>
    internal bool HasSteps => _stepsLeft > 0;

    /// <summary>Whether the store is being made again: from the first step until the last has succeeded.</summary>
    internal bool IsUnderWay { get; private set; }

    /// <summary>Begins to repeat the recipe from its first step.</summary>
    internal void Begin()
    {
        _stepsLeft = recipe.Steps.Count;
        IsUnderWay = true;
    }

    /// <summary>Returns the next step to start.</summary>
    internal bool TryNext([MaybeNullWhen(false)] out ReplayedStep step)
    {
        step = _stepsLeft > 0 ? new ReplayedStep(cell, recipe.Steps[^_stepsLeft--]) : null;
        return step is not null;
    }

    /// <summary>Ends the replay, after its last step or a failure.</summary>
    internal void End()
    {
        _stepsLeft = 0;
        IsUnderWay = false;
    }
}
