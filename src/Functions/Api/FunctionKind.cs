namespace WasmActors.Functions.Api;

/// <summary>How a function's stores relate to its calls.</summary>
public enum FunctionKind
{
    /// <summary>A pool of stores on every node; the nearest one answers. What a call leaves in memory must not be
    /// counted on.</summary>
    Stateless,

    /// <summary>One store for each key in the whole cluster, which carries out that key's calls one after the other.
    /// Its memory lives until it is passivated, moved to another node or lost with its node.</summary>
    Keyed,
}
