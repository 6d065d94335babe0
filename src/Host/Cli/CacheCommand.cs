using System.CommandLine;
using Spectre.Console;
using WasmActors.Host.Cli.Compilation;
using WasmActors.Host.Cli.Output;
using WasmActors.Host.Formats;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Modules.Cache;

namespace WasmActors.Host.Cli;

/// <summary><c>cache</c>: shows and clears what is kept compiled on disk.</summary>
internal sealed class CacheCommand : Verb
{
    private readonly Terminal _terminal;

    public CacheCommand(Terminal terminal)
        : base("cache", "Shows or clears the compiled modules on disk.")
    {
        _terminal = terminal;
        var output = new FormatOption { Recursive = true };
        Add(output);
        var show = new Command("show", "Lists the compiled modules, the most recently used first.");
        show.SetAction(parsed => Show(parsed.GetValue(output)));
        Add(show);
        var clear = new Command("clear", "Removes all compiled modules.");
        clear.SetAction(parsed => Clear(parsed.GetValue(output)));
        Add(clear);
    }

    public override string Synopsis => "cache (show | clear) [options]";

    public override string HelpNotes => """
        The cache is the folder wasmactors/modules in $XDG_CACHE_HOME, by default ~/.cache. What is removed is compiled
        anew at the next run.

        JSON of show: { folder, size, modules: [{ digest, size, lastUsed, usable }] }; of clear: { folder, removed }.

        Examples:
          wasmactors cache show
          wasmactors cache show -o json
          wasmactors cache clear

        Exit codes: 0 done, 2 usage, 70 internal, 73 cache not usable.
        """;

    private int Show(OutputFormat format)
    {
        using var engine = new WasmEngine();
        using var modules = new ModuleCache(engine);
        var listed = modules.List();
        Check(modules);
        var report = new CacheReport(
            modules.Folder!,
            listed.Sum(static m => m.Bytes),
            [.. listed.Select(static m => new CachedArtifact(m.Digest, m.Bytes, m.LastUsed, m.IsUsable))]);
        if (format == OutputFormat.Json)
        {
            JsonReport.Write(_terminal, report, ReportJson.Default.CacheReport);
        }
        else
        {
            WriteTable(report);
        }

        return ExitCodes.Ok;
    }

    private int Clear(OutputFormat format)
    {
        using var engine = new WasmEngine();
        using var modules = new ModuleCache(engine);
        var report = new ClearReport(modules.Folder!, modules.Clear());
        Check(modules);
        if (format == OutputFormat.Json)
        {
            JsonReport.Write(_terminal, report, ReportJson.Default.ClearReport);
        }
        else
        {
            _terminal.Output.WriteLine($"{report.Removed} compiled module{(report.Removed == 1 ? "" : "s")} removed from {report.Folder}");
        }

        return ExitCodes.Ok;
    }

    private static void Check(ModuleCache modules)
    {
        if (modules.DiskProblem is { } problem)
        {
            throw new CommandLineException("cache.unusable", problem, $"Check the folder {modules.Folder}, or set XDG_CACHE_HOME to another one.", ExitCodes.Cache);
        }
    }

    private void WriteTable(CacheReport report)
    {
        _terminal.Output.WriteLine($"{report.Folder}: {report.Modules.Count} compiled module{(report.Modules.Count == 1 ? "" : "s")}, {SizeText.Format(report.Size)}");
        if (report.Modules.Count == 0)
        {
            return;
        }

        var table = new Table().Border(TableBorder.Simple).AddColumns("sha-256", "size", "last used", "usable");
        foreach (var module in report.Modules)
        {
            table.AddRow(ShortText.Digest(module.Digest), SizeText.Format(module.Size), $"{ShortText.Age(module.LastUsed)} ago", module.Usable ? "yes" : "no");
        }

        _terminal.RichOutput.Write(table);
    }
}
