using WasmActors.Host.Cli.Running;
using WasmActors.Host.Modules;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Values;

namespace WasmActors.Host.Cli.Inspection;

/// <summary>What <c>inspect</c> tells. Its JSON is part of the interface: members may be added, none changes its meaning.</summary>
/// <param name="File">The file as it was named.</param>
/// <param name="Format"><c>binary</c> or <c>text</c>.</param>
/// <param name="Name">The name that the module gives itself, or null.</param>
/// <param name="Kind"><c>command</c>: a WASI program, run by <c>_start</c>; <c>reactor</c>: has <c>_initialize</c>; else <c>module</c>.</param>
/// <param name="UsesWasi">Whether it imports WASI preview 1.</param>
/// <param name="Digest">SHA-256 of the binary form, 64 lower-case hexadecimal digits.</param>
/// <param name="Size">Bytes of the binary form.</param>
/// <param name="FileSize">Bytes of the file.</param>
/// <param name="Imports">Imports in order.</param>
/// <param name="Exports">Exports in order.</param>
/// <param name="Memories">All memories, imported ones first: their position is their index.</param>
/// <param name="Defined">How many of each the module defines itself, imports not counted.</param>
/// <param name="CustomSections">Custom sections in order.</param>
internal sealed record ModuleReport(
    string File,
    string Format,
    string? Name,
    string Kind,
    bool UsesWasi,
    string Digest,
    long Size,
    long FileSize,
    IReadOnlyList<ImportReport> Imports,
    IReadOnlyList<ExportReport> Exports,
    IReadOnlyList<ExternReport> Memories,
    DefinitionCounts Defined,
    IReadOnlyList<SectionReport> CustomSections)
{
    /// <summary>The report on a module out of a file.</summary>
    public static ModuleReport Of(ModuleFile file, WasmModule module)
    {
        var definitions = ModuleDefinitions.Read(file.Binary);
        return new ModuleReport(
            file.Path,
            file.IsText ? "text" : "binary",
            definitions.Name is { } name ? GuestText.Clean(name, GuestText.NameLimit) : null,
            EntryPoint.IsWasiCommand(module) ? "command" : module.Exports.Any(static e => e is { Name: "_initialize", Type: FuncType }) ? "reactor" : "module",
            module.Imports.Any(static i => i.Module == "wasi_snapshot_preview1"),
            module.Digest,
            module.ByteLength,
            file.FileBytes,
            [.. module.Imports.Select(static i => new ImportReport(i.Module, i.Name, ExternReport.Of(i.Type)))],
            [.. module.Exports.Select(static e => new ExportReport(e.Name, ExternReport.Of(e.Type)))],
            [.. module.Imports.Select(static i => i.Type).OfType<MemoryType>().Concat(definitions.Memories).Select(ExternReport.Of)],
            definitions.Counts,
            [.. module.CustomSections.Select(static s => new SectionReport(s.Name, s.Offset, s.Length))]);
    }
}

/// <summary>An import.</summary>
internal sealed record ImportReport(string Module, string Name, ExternReport Type);

/// <summary>An export.</summary>
internal sealed record ExportReport(string Name, ExternReport Type);

/// <summary>A custom section: where its contents begin in the binary form, and their bytes.</summary>
internal sealed record SectionReport(string Name, long Offset, long Size);

/// <summary>How many things a module defines itself.</summary>
internal sealed record DefinitionCounts(uint Types, uint Functions, uint Tables, uint Memories, uint Globals, uint Tags, uint Elements, uint Data);
