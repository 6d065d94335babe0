using Spectre.Console;
using WasmActors.Host.Cli.Output;
using WasmActors.Host.Contracts;
using WasmActors.Host.Deployments;
using WasmActors.Host.Formats;
using WasmActors.Runtime.Failures;

namespace WasmActors.Host.Cli.Client;

/// <summary>Functions as tables. All that a server said is shown escaped.</summary>
internal sealed class FunctionTables(Terminal terminal)
{
    private readonly IAnsiConsole _console = terminal.RichOutput;

    /// <summary>One line for each function.</summary>
    public void Write(FunctionList list)
    {
        if (list.Functions.Count == 0)
        {
            terminal.Output.WriteLine("No function is deployed.");
            return;
        }

        var table = new Table().Border(TableBorder.Simple).AddColumns("function", "version", "label", "kind", "convention", "age", "module");
        foreach (var function in list.Functions)
        {
            var active = function.Versions.FirstOrDefault(v => v.Number == function.Active);
            table.AddRow(
                Safe(function.Name),
                Safe($"{function.Active}"),
                Safe(active?.Label ?? "-"),
                Safe(active?.Kind ?? "-"),
                Safe(active?.Convention ?? "-"),
                new Text(active is null ? "-" : ShortText.Age(active.DeployedAt)),
                Safe(active is null ? "-" : ShortText.Digest(active.ModuleDigest)));
        }

        _console.Write(table);
    }

    /// <summary>Everything of one function: its active version with limits and grants, and all versions.</summary>
    public void Write(FunctionModel function)
    {
        var grid = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn();
        Row("function", function.Name);
        Row("revision", $"{function.Revision}");
        if (function.Versions.FirstOrDefault(v => v.Number == function.Active) is { } active)
        {
            Row("version", active.Label is { } label ? $"{active.Number} ({label})" : $"{active.Number}");
            Row("kind", active.Kind);
            Row("convention", active.Convention);
            Row("reuse", active.Reuse ?? "-");
            Row("state", active.State ?? "-");
            Row("module", active.ModuleDigest);
            WriteLimits(active.Limits ?? new LimitSettings());
            WriteGrants(active.Grants ?? new GrantSettings());
        }

        _console.Write(grid);
        _console.WriteLine();
        Write(new VersionList(function.Versions));

        void WriteLimits(LimitSettings limits)
        {
            Row("memory", limits.MemoryBytes is { } memory ? SizeText.Format(memory) : "-");
            Row("deadline", limits.Deadline ?? "-");
            Row("fuel", limits.Fuel is { } fuel ? $"{fuel}" : "not counted");
            Row("idle after", limits.IdleAfter ?? "-");
            Row("queue", limits.QueueLimit is { } queue ? $"{queue} calls" : "-");
            Row("stores", limits.Stores is { } stores ? $"{stores} on each node" : "as many as processors");
            Row("payload", limits.PayloadBytes is { } payload ? SizeText.Format(payload) : "-");
        }

        void WriteGrants(GrantSettings grants)
        {
            foreach (var (name, value) in grants.Environment ?? new Dictionary<string, string>(StringComparer.Ordinal))
            {
                Row("environment", $"{name}={value}");
            }

            foreach (var folder in grants.Folders ?? [])
            {
                Row("folder", $"{folder.Host} as {folder.Guest ?? folder.Host}{(folder.ReadOnly ? ", read only" : "")}");
            }

            Row("imports", grants.Imports is { Count: > 0 } imports ? string.Join(", ", imports) : "none");
            Row("from callers", Callers(grants));
        }

        void Row(string label, string text) => grid.AddRow(new Text(label, new Style(decoration: Decoration.Bold)), Safe(text));
    }

    /// <summary>One line for each version.</summary>
    public void Write(VersionList list)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("version", "active", "label", "age", "kind", "convention", "module");
        foreach (var version in list.Versions)
        {
            table.AddRow(
                Safe($"{version.Number}"),
                Safe(version.Active ? "yes" : ""),
                Safe(version.Label ?? "-"),
                new Text(ShortText.Age(version.DeployedAt)),
                Safe(version.Kind),
                Safe(version.Convention),
                Safe(ShortText.Digest(version.ModuleDigest)));
        }

        _console.Write(table);
    }

    /// <summary>Text that a server said, for a cell.</summary>
    public static Text Safe(string text) => new(GuestText.Clean(text, GuestText.NameLimit));

    private static string Callers(GrantSettings grants)
    {
        string[] parts = [.. grants.CallerArguments == true ? (string[])["arguments"] : [], .. grants.CallerEnvironment ?? []];
        return parts.Length == 0 ? "nothing" : string.Join(", ", parts);
    }
}
