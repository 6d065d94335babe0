namespace WasmActors.Runtime.Wasi;

/// <summary>What a WASI program gets to see. Nothing is inherited from the process unless it is said here.</summary>
public sealed record WasiOptions
{
    /// <summary>Arguments; the first is the program's own name by convention. Default none.</summary>
    public IReadOnlyList<string> Args { get; init; } = [];

    /// <summary>Environment variables. Default none.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Standard input. Default <see cref="WasiInput.Empty"/>.</summary>
    public WasiInput Stdin { get; init; } = WasiInput.Empty;

    /// <summary>Standard output. Default <see cref="WasiOutput.Discard"/>.</summary>
    public WasiOutput Stdout { get; init; } = WasiOutput.Discard;

    /// <summary>Standard error. Default <see cref="WasiOutput.Discard"/>.</summary>
    public WasiOutput Stderr { get; init; } = WasiOutput.Discard;

    /// <summary>Folders of the host that the program may open. Default none.</summary>
    public IReadOnlyList<PreopenedFolder> Folders { get; init; } = [];
}
