using WasmActors.Actors.Messages;
using WasmActors.Runtime.Stores;

namespace WasmActors.Actors.Stores;

/// <summary>How a store was made and filled, so that a fresh one can be made the same way when it breaks.</summary>
internal sealed class StoreRecipe
{
    private readonly List<StoreProtocol.Command> _steps = [];

    internal StoreRecipe(StoreSpec spec) => Spec = spec;

    internal StoreSpec Spec { get; }

    internal StoreOptions Options => Spec.Options;

    /// <summary>How often the store was made, 1 for the first.</summary>
    internal int Generation { get; private set; }

    internal IReadOnlyList<StoreProtocol.Command> Steps => _steps;

    internal void BeginGeneration() => Generation++;

    /// <summary>Remembers a command that made something and succeeded, unless it was carried out by this recipe.</summary>
    internal void Add(StoreProtocol.Command command, bool isReplay)
    {
        if (!isReplay && command is StoreProtocol.Instantiate or StoreProtocol.InstantiateInOrder or StoreProtocol.CreateFunc or StoreProtocol.CreateServedFunc
            or StoreProtocol.CreateMemory or StoreProtocol.CreateTable or StoreProtocol.CreateGlobal)
        {
            _steps.Add(command.Record is null ? command : command with { Record = null });
        }
    }
}
