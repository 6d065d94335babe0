using Spectre.Console;
using WasmActors.Host.Cli.Output;
using WasmActors.Host.Formats;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Values;

namespace WasmActors.Host.Cli.Inspection;

/// <summary>A module's report as tables. Whatever text the guest chose is shown escaped.</summary>
internal sealed class ModuleTables(Terminal terminal)
{
    private readonly IAnsiConsole _console = terminal.RichOutput;

    /// <summary>Writes the tables.</summary>
    public void Write(ModuleReport report, WasmModule module)
    {
        WriteSummary(report);
        WriteTable("Imports", ["module", "name", "type"], module.Imports.Select(static i => new[] { i.Module, i.Name, TypeText(i.Type) }));
        WriteTable("Exports", ["name", "type"], module.Exports.Select(static e => new[] { e.Name, TypeText(e.Type) }));
        WriteTable("Custom sections", ["name", "size"], report.CustomSections.Select(static s => new[] { s.Name, SizeText.Format(s.Size) }));
    }

    private static string TypeText(ExternType type) => type is FuncType ? $"func {type}" : type.ToString();

    private static Text Safe(string text) => new(GuestText.Clean(text, GuestText.NameLimit));

    private void WriteSummary(ModuleReport report)
    {
        var grid = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn();
        Row("file", $"{report.File} ({report.Format}, {SizeText.Format(report.FileSize)})");
        Row("name", report.Name ?? "-");
        Row("kind", report.Kind switch
        {
            "command" => "WASI command: run by _start",
            "reactor" => "WASI reactor: _initialize, then its exports",
            _ => report.UsesWasi ? "module (uses WASI)" : "module",
        });
        Row("size", $"{SizeText.Format(report.Size)} in binary form");
        Row("sha-256", report.Digest);
        Row("defines", DefinedText(report.Defined));
        for (int i = 0; i < report.Memories.Count; i++)
        {
            Row($"memory {i}", MemoryText((MemoryReport)report.Memories[i]));
        }

        _console.Write(grid);

        void Row(string label, string text) => grid.AddRow(new Text(label, new Style(decoration: Decoration.Bold)), Safe(text));
    }

    private static string DefinedText(DefinitionCounts defined)
    {
        (uint Count, string One, string Several)[] kinds =
        [
            (defined.Functions, "function", "functions"),
            (defined.Tables, "table", "tables"),
            (defined.Memories, "memory", "memories"),
            (defined.Globals, "global", "globals"),
            (defined.Tags, "tag", "tags"),
            (defined.Types, "type", "types"),
            (defined.Elements, "element segment", "element segments"),
            (defined.Data, "data segment", "data segments"),
        ];
        string text = string.Join(", ", kinds.Where(static k => k.Count > 0).Select(static k => $"{k.Count} {(k.Count == 1 ? k.One : k.Several)}"));
        return text.Length == 0 ? "nothing" : text;
    }

    private static string MemoryText(MemoryReport memory) =>
        $"{memory.Minimum} to {memory.Maximum?.ToString() ?? "any number of"} pages of {memory.PageSize} bytes{(memory.Is64 ? ", 64-bit" : "")}{(memory.Shared ? ", shared" : "")}";

    private void WriteTable(string title, string[] columns, IEnumerable<string[]> rows)
    {
        var cells = rows.Select(static row => row.Select(Safe).ToArray()).ToList();
        if (cells.Count == 0)
        {
            return;
        }

        _console.WriteLine();
        _console.MarkupLine($"[bold]{Markup.Escape(title)}[/] ({cells.Count})");
        var table = new Table().Border(TableBorder.Simple).AddColumns(columns);
        foreach (var row in cells)
        {
            table.AddRow(row);
        }

        _console.Write(table);
    }
}
