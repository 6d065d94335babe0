using System.CommandLine;
using Spectre.Console;
using WasmActors.Host.Cli.Compilation;
using WasmActors.Host.Cli.Failures;
using WasmActors.Host.Cli.Options;
using WasmActors.Host.Cli.Output;
using WasmActors.Host.Formats;
using WasmActors.Host.Modules;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Modules.Cache;

namespace WasmActors.Host.Cli;

/// <summary><c>compile</c>: puts modules into the cache, so that their first run starts at once.</summary>
internal sealed class CompileCommand : Verb
{
    private readonly Terminal _terminal;
    private readonly Argument<string[]> _files = new("FILE") { Arity = ArgumentArity.OneOrMore, Description = "WebAssembly modules, binary (.wasm) or text (.wat)." };
    private readonly FormatOption _output = new();
    private readonly IsolateOption _isolate = new();

    public CompileCommand(Terminal terminal)
        : base("compile", "Compiles modules into the cache, so that they start at once later.")
    {
        _terminal = terminal;
        _files.Validators.Add(static result =>
        {
            foreach (var token in result.Tokens)
            {
                RequireFileName(token.Value, result);
            }
        });
        Add(_files);
        Add(_output);
        Add(_isolate);
        SetAction((parsed, cancellation) => CompileAsync(parsed.GetRequiredValue(_files), parsed.GetValue(_output), IsolateOption.Isolation(parsed.GetValue(_isolate)), cancellation));
    }

    public override string Synopsis => "compile FILE… [options]";

    public override string HelpNotes => """
        A module that cannot be compiled is told on standard error, the others are compiled all the same; the exit code
        is that of the first failure. A run with --fuel needs code of its own, compiled at its first run.

        JSON: { modules: [{ file, digest, size, artifactSize, milliseconds, wasCached }] }, sizes in bytes.

        Examples:
          wasmactors compile program.wasm
          wasmactors compile *.wasm -o json

        Exit codes: 0 done, 2 usage, 65 module not valid, 66 file not readable, 70 internal, 71 limit,
        73 cache not usable, 130 cancelled.
        """;

    private async Task<int> CompileAsync(IReadOnlyList<string> paths, OutputFormat format, CompileIsolation isolation, CancellationToken cancellation)
    {
        using var engine = new WasmEngine();
        using var modules = new ModuleCache(engine, new ModuleCacheOptions { Isolation = isolation });
        var failures = new FailureReport(_terminal);
        var compiled = new List<CompiledModule>();
        int exitCode = ExitCodes.Ok;
        foreach (string path in paths)
        {
            try
            {
                compiled.Add(await CompileAsync(path, modules, cancellation).ConfigureAwait(false));
            }
            catch (WasmException failure)
            {
                int code = failures.Write(failure);
                exitCode = exitCode == ExitCodes.Ok ? code : exitCode;
            }
        }

        if (format == OutputFormat.Json)
        {
            JsonReport.Write(_terminal, new CompileReport(compiled), ReportJson.Default.CompileReport);
        }
        else if (compiled.Count > 0)
        {
            WriteTable(compiled);
        }

        return exitCode;
    }

    private async Task<CompiledModule> CompileAsync(string path, ModuleCache modules, CancellationToken cancellation)
    {
        var file = await ModuleFile.ReadAsync(path, cancellation).ConfigureAwait(false);
        long compilations = modules.Compilations;
        long start = TimeProvider.System.GetTimestamp();
        var module = await file.CompileAsync(modules, _terminal, cancellation).ConfigureAwait(false);
        var time = TimeProvider.System.GetElapsedTime(start);
        var artifact = modules.List().FirstOrDefault(m => m.IsUsable && m.Digest == module.Digest)
            ?? throw new CommandLineException(
                "cache.unusable",
                $"{path} was compiled but could not be kept: {modules.DiskProblem ?? "the cache has no room for it"}.",
                $"Check the folder {modules.Folder}, or set XDG_CACHE_HOME to another one.",
                ExitCodes.Cache);
        return new CompiledModule(path, module.Digest, module.ByteLength, artifact.Bytes, Math.Round(time.TotalMilliseconds, 1), modules.Compilations == compilations);
    }

    private void WriteTable(IReadOnlyList<CompiledModule> compiled)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("file", "sha-256", "size", "compiled", "time");
        foreach (var module in compiled)
        {
            table.AddRow(
                new Text(GuestText.Clean(module.File, GuestText.NameLimit)),
                new Text(ShortText.Digest(module.Digest)),
                new Text(SizeText.Format(module.Size)),
                new Text(SizeText.Format(module.ArtifactSize)),
                new Text(module.WasCached ? "cached" : $"{module.Milliseconds:0} ms"));
        }

        _terminal.RichOutput.Write(table);
    }
}
