using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Limits;
using WasmActors.Runtime.Wasi;

namespace WasmActors.Runtime.Stores;

/// <summary>What a store is made with.</summary>
public sealed record StoreOptions
{
    /// <summary>What it may use. Default: <see cref="StoreLimits"/>' own defaults.</summary>
    public StoreLimits Limits { get; init; } = new();

    /// <summary>What WASI programs get to see. Default null: no arguments, environment, folders or input; output is dropped.</summary>
    public WasiOptions? Wasi { get; init; }

    /// <summary>How guests run. Default <see cref="ExecutionMode.Automatic"/>.</summary>
    public ExecutionMode Mode { get; init; } = ExecutionMode.Automatic;

    /// <summary>Whether the guests are trusted not to keep their thread: with <see cref="ExecutionMode.Automatic"/>, guests that are
    /// not run in time slices. Default true.</summary>
    public bool Trusted { get; init; } = true;

    /// <summary>Any object of the host's, reachable from host functions. Default null.</summary>
    public object? Data { get; init; }
}
