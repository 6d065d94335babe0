using WasmActors.Actors.Messages;
using WasmActors.Actors.Requests;
using WasmActors.Runtime.Stores;

namespace WasmActors.Actors.Stores.Recipe;

/// <summary>What outlives a store that breaks: how it was made and filled, so that a fresh one can be made the same
/// way, and how often that was needed.</summary>
internal sealed class StoreRecipe
{
    private readonly List<StoreProtocol.Command> _steps = new(1); // most stores have one instance

    private List<StoreWork>? _stoppers;

    internal StoreRecipe(StoreSpec spec) => Spec = spec;

    internal StoreSpec Spec { get; }

    internal StoreOptions Options => Spec.Options;

    /// <summary>How often the store was made, 1 for the first.</summary>
    internal int Generation { get; private set; }

    internal IReadOnlyList<StoreProtocol.Command> Steps => _steps;

    /// <summary>Who waits for the store to stop.</summary>
    internal IReadOnlyList<StoreWork> Stoppers => _stoppers ?? (IReadOnlyList<StoreWork>)[];

    /// <summary>Whether somebody does.</summary>
    internal bool IsStopping => _stoppers is not null;

    /// <summary>Decides when it is made again; null while it has not failed.</summary>
    internal RestartGovernor? Restarts { get; private set; }

    /// <summary>What it broke by, a code or the name of an exception's type; null while it has not, and again once it
    /// was replaced.</summary>
    internal string? BrokenBy { get; set; }

    /// <summary>Somebody waits for the store to stop.</summary>
    internal void StopFor(StoreWork stopper) => (_stoppers ??= []).Add(stopper);

    /// <summary>The store failed: the governor decides when it is made again.</summary>
    internal RestartGovernor Failed(TimeProvider clock, long now)
    {
        var restarts = Governor(clock);
        restarts.Failed(now);
        return restarts;
    }

    /// <summary>The store is replaced because its guest's caller gave up, which says nothing of the store: at
    /// once.</summary>
    internal RestartGovernor Excused(TimeProvider clock)
    {
        var restarts = Governor(clock);
        restarts.Excused();
        return restarts;
    }

    internal void BeginGeneration() => Generation++;

    /// <summary>Remembers a command that made something and succeeded, unless it was carried out by this
    /// recipe.</summary>
    internal void Add(StoreProtocol.Command command, bool isReplay)
    {
        if (!isReplay && command is StoreProtocol.Instantiate or StoreProtocol.InstantiateInOrder or StoreProtocol.CreateFunc or StoreProtocol.CreateServedFunc
            or StoreProtocol.CreateMemory or StoreProtocol.CreateTable or StoreProtocol.CreateGlobal)
        {
            _steps.Add(command);
        }
    }

    private RestartGovernor Governor(TimeProvider clock) => Restarts ??= new RestartGovernor(Spec.Restart, clock, Random.Shared.NextDouble);
}
