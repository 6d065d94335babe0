using System.CommandLine;
using Spectre.Console;
using WasmActors.Functions.Api;
using WasmActors.Host.Cli.Client;
using WasmActors.Host.Cli.Output;
using WasmActors.Host.Contracts;
using WasmActors.Host.Formats;

namespace WasmActors.Host.Cli;

/// <summary><c>modules</c>: lists the modules that a server keeps, and deletes one.</summary>
internal sealed class ModulesCommand : Verb
{
    private const int ShortDigest = 12;
    private const int PageSize = 1000;

    private readonly Terminal _terminal;
    private readonly FormatOption _output = new() { Recursive = true };
    private readonly ServerOptions _server = new(TimeSpan.FromSeconds(30));

    public ModulesCommand(Terminal terminal)
        : base("modules", "Lists the modules that a server keeps, deletes one.")
    {
        _terminal = terminal;
        Add(_output);
        _server.AddTo(this);
        SetAction(ListAsync);
        var list = new Command("list", "Lists all modules with the functions that use them.");
        list.SetAction(ListAsync);
        Add(list);
        AddDelete();
    }

    public override string Synopsis => "modules [list | delete DIGEST] [options]";

    public override string HelpNotes => """
        A module that no version of a function has is removed by the server after a day (WasmActors:Modules:KeepUnused);
        delete removes it at once. The first digits of a digest are enough if no other module's begins with them.

        JSON: list { modules: [{ digest, bytes, usedAt, functions }] }; delete { deleted }

        Examples:
          wasmactors modules
          wasmactors modules delete 9f86d081

        Exit codes: 0 done, 2 usage, no such module or one that is in use, 68 no server, 70 internal, 75 try again, 77 key,
        124 no answer in time, 130 cancelled.
        """;

    private async Task<int> ListAsync(ParseResult parsed, CancellationToken cancellation)
    {
        using var client = await _server.ConnectAsync(parsed, cancellation).ConfigureAwait(false);
        var modules = await ReadAllAsync(client, cancellation).ConfigureAwait(false);
        if (parsed.GetValue(_output) == OutputFormat.Json)
        {
            JsonReport.Write(_terminal, new ModuleList(modules), ClientJson.Default.ModuleList);
        }
        else if (modules.Count == 0)
        {
            _terminal.Output.WriteLine("No module is stored.");
        }
        else
        {
            Write(modules);
        }

        return ExitCodes.Ok;
    }

    private void Write(IReadOnlyList<ModuleModel> modules)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("module", "size", "last used", "functions");
        foreach (var module in modules)
        {
            table.AddRow(
                FunctionTables.Safe(module.Digest[..Math.Min(ShortDigest, module.Digest.Length)]),
                new Text(SizeText.Format(module.Bytes)),
                new Text(module.UsedAt is { } used ? $"{ShortText.Age(used)} ago" : "-"),
                FunctionTables.Safe(module.Functions is { Count: > 0 } functions ? string.Join(", ", functions) : "none"));
        }

        _terminal.RichOutput.Write(table);
    }

    private void AddDelete()
    {
        var digest = new Argument<string>("DIGEST") { Description = "The module's digest, or its first digits." };
        var command = new Command("delete", "Deletes a module that no version of a function has.") { digest };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = await _server.ConnectAsync(parsed, cancellation).ConfigureAwait(false);
            string whole = await FindAsync(client, parsed.GetRequiredValue(digest), cancellation).ConfigureAwait(false);
            await client.SendAsync(HttpMethod.Delete, $"{ApiPath.Modules}/{whole}", null, cancellation).ConfigureAwait(false);
            if (parsed.GetValue(_output) == OutputFormat.Json)
            {
                JsonReport.Write(_terminal, new DeleteReport(whole), ReportJson.Default.DeleteReport);
            }
            else
            {
                _terminal.Output.WriteLine($"The module {whole} is deleted.");
            }

            return ExitCodes.Ok;
        });
        Add(command);
    }

    private static async Task<string> FindAsync(ApiClient client, string given, CancellationToken cancellation)
    {
        if (FunctionSpec.IsDigest(given))
        {
            return given;
        }

        if (given.Length is 0 or > 64 || !given.All(char.IsAsciiHexDigitLower))
        {
            throw new CommandLineException("usage", $"'{given}' is no digest: expected are up to 64 of 0-9 and a-f.", "'wasmactors modules' lists them.");
        }

        var found = (await ReadAllAsync(client, cancellation).ConfigureAwait(false)).Where(m => m.Digest.StartsWith(given, StringComparison.Ordinal) && FunctionSpec.IsDigest(m.Digest)).ToList();
        return found.Count == 1
            ? found[0].Digest
            : throw new CommandLineException("usage", $"{found.Count} modules have a digest that begins with {given}; one was expected.", "'wasmactors modules -o json' lists them in full.");
    }

    private static async Task<IReadOnlyList<ModuleModel>> ReadAllAsync(ApiClient client, CancellationToken cancellation)
    {
        var all = new List<ModuleModel>();
        string? after = null;
        do
        {
            string path = $"{ApiPath.Modules}?limit={PageSize}{(after is null ? "" : $"&after={Uri.EscapeDataString(after)}")}";
            var page = (await client.SendAsync(HttpMethod.Get, path, null, cancellation).ConfigureAwait(false)).Read(ClientJson.Default.ModuleList);
            all.AddRange(page.Modules);

            // Digests only grow, so that the pages of any server come to an end.
            after = page.Modules.Count > 0 && string.CompareOrdinal(page.Next, after) > 0 ? page.Next : null;
        }
        while (after is not null);

        return all;
    }
}
