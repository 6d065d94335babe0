using System.CommandLine;
using WasmActors.Host.Cli.Inspection;
using WasmActors.Host.Cli.Options;
using WasmActors.Host.Cli.Output;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Modules.Cache;

namespace WasmActors.Host.Cli;

/// <summary><c>inspect</c>: tells what is in a module, without running any of it.</summary>
internal sealed class InspectCommand : Verb
{
    private readonly Terminal _terminal;
    private readonly Argument<string> _file = FileArgument();
    private readonly FormatOption _output = new();
    private readonly Option<bool> _noCache = new("--no-cache") { Arity = ArgumentArity.Zero, Description = "Neither read nor write compiled modules on disk." };
    private readonly IsolateOption _isolate = new();

    public InspectCommand(Terminal terminal)
        : base("inspect", "Shows what a module imports, exports and holds, without running it.")
    {
        _terminal = terminal;
        Add(_file);
        Add(_output);
        Add(_noCache);
        Add(_isolate);
        SetAction(InspectAsync);
    }

    public override string Synopsis => "inspect FILE [options]";

    public override string HelpNotes => """
        JSON: { file, format: "binary"|"text", name, kind: "command"|"reactor"|"module", usesWasi, digest, size, fileSize,
          imports: [{ module, name, type }], exports: [{ name, type }], memories: [type],
          defined: { types, functions, tables, memories, globals, tags, elements, data },
          customSections: [{ name, offset, size }] }
        type is { kind: "func", params, results } | { kind: "memory", minimum, maximum, is64, shared, pageSize }
          | { kind: "table", element, minimum, maximum } | { kind: "global", content, mutable } | { kind: "tag", params }
        Sizes are bytes; those of memories pages, those of tables elements; maximum is null where there is none. name is
        the module's own or null. Members may be added in later versions.

        Examples:
          wasmactors inspect program.wasm
          wasmactors inspect program.wasm -o json

        Exit codes: 0 done, 2 usage, 65 module not valid, 66 file not readable, 70 internal, 71 limit, 130 cancelled.
        """;

    private async Task<int> InspectAsync(ParseResult parsed, CancellationToken cancellation)
    {
        using var engine = new WasmEngine();
        using var modules = new ModuleCache(engine, new ModuleCacheOptions { OnDisk = !parsed.GetValue(_noCache), Isolation = IsolateOption.Isolation(parsed.GetValue(_isolate)) });
        var file = await ModuleInput.ReadAsync(parsed.GetRequiredValue(_file), _terminal, cancellation).ConfigureAwait(false);
        var module = await file.CompileAsync(modules, _terminal, cancellation).ConfigureAwait(false);
        var report = ModuleReport.Of(file, module);
        if (parsed.GetValue(_output) == OutputFormat.Json)
        {
            JsonReport.Write(_terminal, report, ReportJson.Default.ModuleReport);
        }
        else
        {
            new ModuleTables(_terminal).Write(report, module);
        }

        return ExitCodes.Ok;
    }
}
