using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Limits;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Wasi;

namespace WasmActors.Host.Cli.Running;

/// <summary>What <c>run</c> was asked for.</summary>
internal sealed record RunSettings
{
    /// <summary>The module's file.</summary>
    public required string File { get; init; }

    /// <summary>The export to call; null to run the module's <c>_start</c>.</summary>
    public string? Invoke { get; init; }

    /// <summary>The guest's arguments.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>The guest's environment; of several values of a name the last counts.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Variables { get; init; } = [];

    /// <summary>Folders that the guest may open.</summary>
    public IReadOnlyList<PreopenedFolder> Folders { get; init; } = [];

    /// <summary>What becomes of imports that nobody defines.</summary>
    public UnknownImports Unknown { get; init; }

    /// <summary>Time for the guest, without compiling; null for none.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Fuel; null to count none.</summary>
    public ulong? Fuel { get; init; }

    /// <summary>Where the guest's limits and features begin; null for the standard profile without its time.</summary>
    public StoreProfile? Profile { get; init; }

    /// <summary>What the guest may use beyond its profile's features.</summary>
    public WasmFeatures Features { get; init; }

    /// <summary>Most memory in all, in bytes; null for the profile's, as are all below.</summary>
    public long? MaxMemory { get; init; }

    /// <summary>Most elements of all tables.</summary>
    public int? MaxTableElements { get; init; }

    /// <summary>Most memories.</summary>
    public int? MaxMemories { get; init; }

    /// <summary>Most tables.</summary>
    public int? MaxTables { get; init; }

    /// <summary>The guest's stack in bytes; null for the engine's default.</summary>
    public long? MaxStack { get; init; }

    /// <summary>Whether compiled modules are kept on disk.</summary>
    public bool Cache { get; init; } = true;

    /// <summary>Where the module is compiled.</summary>
    public CompileIsolation Isolation { get; init; }

    /// <summary>Whether to log.</summary>
    public bool Verbose { get; init; }
}
