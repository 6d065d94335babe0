using System.Runtime.CompilerServices;
using WasmActors.Actors.Handles;
using WasmActors.Functions.Api;
using WasmActors.Functions.Calls;
using WasmActors.Functions.Catalogue;
using WasmActors.Functions.Durability;
using WasmActors.Functions.Idempotency;
using WasmActors.Functions.Leasing;
using WasmActors.Functions.Modules;
using WasmActors.Functions.Passivation;
using WasmActors.Runtime.Failures;

namespace WasmActors.Functions.Sessions;

/// <summary>What a node runs functions with.</summary>
/// <param name="Host">Where stores live.</param>
/// <param name="Catalogue">What is deployed.</param>
/// <param name="Modules">The way to modules.</param>
/// <param name="Shelf">Large inputs and outputs.</param>
/// <param name="Router">Has calls of this node carried out by actors, and takes their answers.</param>
/// <param name="Lease">The node's right to answer for its keys.</param>
/// <param name="Options">Settings.</param>
internal sealed record FunctionRuntime(WasmHost Host, FunctionCatalogue Catalogue, FunctionModules Modules, PayloadShelf Shelf, CallRouter Router, KeyLease Lease, FunctionHostOptions Options)
{
    private const long RememberedBytes = 128 << 20;

    private readonly ConditionalWeakTable<FunctionVersion, VersionRecipe> _recipes = [];

    /// <summary>The way to the states of durable keys; null on a node that keeps none.</summary>
    internal StateKeeper? States { get; init; }

    /// <summary>The way to the states of durable keys, for a function that needs it.</summary>
    /// <exception cref="WasmError"><c>function.bad_spec</c>: the node keeps none.</exception>
    internal StateKeeper RequireStates(string function) => States ?? throw new WasmError(
        FunctionErrorCode.BadSpec,
        $"'{function}' is durable, and this node keeps no states: set FunctionHostOptions.State, or deploy the function without durable state.");

    /// <summary>What functions may import.</summary>
    internal FunctionImports Imports { get; } = new(Options.Imports);

    /// <summary>What keys may remember of calls with idempotency keys.</summary>
    internal AnswerRoom Answers { get; } = new(new ByteBudget(RememberedBytes), new ByteBudget(RememberedBytes));

    /// <summary>The keys that have a store.</summary>
    internal LiveKeys Keys { get; } = new(Host.Engine.Settings.Clock, Options.LiveKeysOf(Host.Engine.Settings));

    /// <summary>What the stores of a version share; for as long as somebody has the version.</summary>
    internal VersionRecipe RecipeOf(FunctionVersion version) =>
        _recipes.TryGetValue(version, out var recipe) ? recipe : _recipes.GetValue(version, v => new VersionRecipe(Options, v, Clock));

    /// <summary>The clock of deadlines and idle times.</summary>
    internal TimeProvider Clock => Host.Engine.Settings.Clock;
}
