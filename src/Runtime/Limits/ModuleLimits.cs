namespace WasmActors.Runtime.Limits;

/// <summary>
/// How large a module may be that comes from somebody who is not trusted, see <see cref="Modules.Precheck.ModulePrecheck"/>. Null
/// always means: no limit but Wasmtime's own.
/// </summary>
/// <remarks>
/// The defaults let through what compilers make of real programs. In brackets is the most that was seen in QuickJS, SQLite,
/// Ruby's parser (all C), a TypeScript formatter (Rust) and esbuild (Go).
/// </remarks>
public sealed record ModuleLimits
{
    /// <summary>Limits that nothing exceeds.</summary>
    public static ModuleLimits None { get; } = new()
    {
        Bytes = null,
        TextBytes = null,
        CustomSections = null,
        CustomBytes = null,
        Types = null,
        TypeMembers = null,
        Imports = null,
        Exports = null,
        Functions = null,
        Globals = null,
        Tables = null,
        Memories = null,
        Tags = null,
        ElementSegments = null,
        DataSegments = null,
        Locals = null,
        TotalLocals = null,
        BodyBytes = null,
        Nesting = null,
        BranchTargets = null,
        FunctionCost = null,
        TotalCost = null,
    };

    /// <summary>Bytes of the binary. Default 32 MiB (13.3 MiB).</summary>
    public long? Bytes { get; init; } = 32 << 20;

    /// <summary>Bytes of a module in text form; the binary made of it has to keep to the other limits. Default 4 MiB.</summary>
    public long? TextBytes { get; init; } = 4 << 20;

    /// <summary>Custom sections: data for tools. Default 1,000 (3).</summary>
    public long? CustomSections { get; init; } = 1000;

    /// <summary>Bytes of all custom sections. Default 16 MiB (0.4 MiB; debugging information is larger than the code).</summary>
    public long? CustomBytes { get; init; } = 16 << 20;

    /// <summary>Types of functions, structs and arrays. Default 10,000 (105).</summary>
    public long? Types { get; init; } = 10_000;

    /// <summary>Parameters and results of one function type, or fields of one struct. Default 1,000 (24).</summary>
    public long? TypeMembers { get; init; } = 1000;

    /// <summary>Imports. Default 5,000 (45).</summary>
    public long? Imports { get; init; } = 5000;

    /// <summary>Exports. Default 20,000 (566).</summary>
    public long? Exports { get; init; } = 20_000;

    /// <summary>Functions, imported ones included. Default 50,000 (5,329): each costs about 60 µs, even an empty one.</summary>
    public long? Functions { get; init; } = 50_000;

    /// <summary>Globals, imported ones included. Default 20,000 (39).</summary>
    public long? Globals { get; init; } = 20_000;

    /// <summary>Tables, imported ones included. Default 100 (1).</summary>
    public long? Tables { get; init; } = 100;

    /// <summary>Memories, imported ones included. Default 8 (1): of a hundred bytes Wasmtime makes an image of 16 MiB for each.</summary>
    public long? Memories { get; init; } = 8;

    /// <summary>Exception tags, imported ones included. Default 1,000.</summary>
    public long? Tags { get; init; } = 1000;

    /// <summary>Segments of table elements. Default 10,000 (1).</summary>
    public long? ElementSegments { get; init; } = 10_000;

    /// <summary>Segments of data. Default 100,000 (98,450), which is Wasmtime's own limit too.</summary>
    public long? DataSegments { get; init; } = 100_000;

    /// <summary>Locals of one function without its parameters. Default 10,000 (214).</summary>
    public long? Locals { get; init; } = 10_000;

    /// <summary>Locals of all functions. Default 1,000,000 (26,374).</summary>
    public long? TotalLocals { get; init; } = 1_000_000;

    /// <summary>Bytes of one function's body. Default 1 MiB (195 KiB).</summary>
    public long? BodyBytes { get; init; } = 1 << 20;

    /// <summary>Blocks within one another. Default 10,000 (3,289: Go makes one of every place where a function can resume).</summary>
    public long? Nesting { get; init; } = 10_000;

    /// <summary>Targets of one <c>br_table</c>. Default 20,000 (5,490).</summary>
    public long? BranchTargets { get; init; } = 20_000;

    /// <summary>
    /// Estimated work of compiling one function, in units of about a microsecond: its variables and the values on its stack times its
    /// blocks, since each block may need each of them anew, and the values that its instructions take and give. Default 2,000,000
    /// (160,141). A function of 10,000 locals and 10,000 loops is 160 KB and has 100,000,000.
    /// </summary>
    public long? FunctionCost { get; init; } = 2_000_000;

    /// <summary>The same for the whole module: all functions, and a fixed amount for each function and type. Default 30,000,000
    /// (8,085,284, compiled in 12 s on one thread).</summary>
    public long? TotalCost { get; init; } = 30_000_000;
}
