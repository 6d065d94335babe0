using System.CommandLine;
using System.Net.Http.Headers;
using System.Text.Json;
using WasmActors.Functions.Api;
using WasmActors.Host.Cli.Client;
using WasmActors.Host.Cli.Options;
using WasmActors.Host.Cli.Output;
using WasmActors.Host.Contracts;
using WasmActors.Host.Deployments;
using WasmActors.Host.Formats;

namespace WasmActors.Host.Cli;

/// <summary><c>functions</c>: lists what is deployed on a server, shows it, goes back to a version, deletes.</summary>
internal sealed class FunctionsCommand : Verb
{
    private readonly Terminal _terminal;
    private readonly FormatOption _output = new() { Recursive = true };
    private readonly ServerOptions _server = new(TimeSpan.FromSeconds(30));

    public FunctionsCommand(Terminal terminal)
        : base("functions", "Lists the functions of a server, shows one, rolls back, deletes.")
    {
        _terminal = terminal;
        Add(_output);
        _server.AddTo(this);
        SetAction(ListAsync);
        var list = new Command("list", "Lists all functions.");
        list.SetAction(ListAsync);
        Add(list);
        AddOfName("show", "Shows one with its limits, grants and versions.", ShowAsync);
        AddOfName("versions", "Lists the versions of one that are kept.", VersionsAsync);
        AddRollback();
        AddDelete();
    }

    public override string Synopsis => "functions [list | show NAME | versions NAME | rollback NAME | delete NAME] [options]";

    public override string HelpNotes => """
        rollback makes the version before the active one the active one again, or with --version any that is kept. delete
        asks first on a terminal, and needs --yes where there is none; calls that run are carried out.

        JSON is that of the HTTP API: list { functions: [function] }; show function, which is { name, active, revision,
        versions: [version] }; versions { versions: [version] }; rollback { name, version, revision, changes }; delete { deleted }.
        version is { number, active, deployedAt, moduleDigest, kind, convention, label, reuse, state, limits, grants }.

        Examples:
          wasmactors functions
          wasmactors functions show cart -o json
          wasmactors functions rollback cart --version 3
          wasmactors functions delete cart --yes

        Exit codes: 0 done, 2 usage or no such function, 68 no server, 70 internal, 75 try again, 77 key,
        124 no answer in time, 130 cancelled.
        """;

    private static Argument<string> NameArgument() => new("NAME") { Description = "The function." };

    private void AddOfName(string name, string description, Func<ParseResult, string, CancellationToken, Task<int>> act)
    {
        var function = NameArgument();
        var command = new Command(name, description) { function };
        command.SetAction((parsed, cancellation) => act(parsed, parsed.GetRequiredValue(function), cancellation));
        Add(command);
    }

    private async Task<int> ListAsync(ParseResult parsed, CancellationToken cancellation)
    {
        using var client = await _server.ConnectAsync(parsed, cancellation).ConfigureAwait(false);
        var list = await FunctionPages.ReadAsync(client, cancellation).ConfigureAwait(false);
        return Write(parsed, () => JsonReport.Write(_terminal, list, ClientJson.Default.FunctionList), () => new FunctionTables(_terminal).Write(list));
    }

    private async Task<int> ShowAsync(ParseResult parsed, string name, CancellationToken cancellation)
    {
        using var client = await _server.ConnectAsync(parsed, cancellation).ConfigureAwait(false);
        var answer = await client.SendAsync(HttpMethod.Get, ApiPath.Function(name), null, cancellation).ConfigureAwait(false);
        var function = answer.Read(ClientJson.Default.FunctionModel);
        return Write(parsed, () => JsonReport.Write(_terminal, function, ClientJson.Default.FunctionModel), () => new FunctionTables(_terminal).Write(function));
    }

    private async Task<int> VersionsAsync(ParseResult parsed, string name, CancellationToken cancellation)
    {
        using var client = await _server.ConnectAsync(parsed, cancellation).ConfigureAwait(false);
        var answer = await client.SendAsync(HttpMethod.Get, $"{ApiPath.Function(name)}/versions", null, cancellation).ConfigureAwait(false);
        var list = answer.Read(ClientJson.Default.VersionList);
        return Write(parsed, () => JsonReport.Write(_terminal, list, ClientJson.Default.VersionList), () => new FunctionTables(_terminal).Write(list));
    }

    private void AddRollback()
    {
        var function = NameArgument();
        var version = new ParsedOption<int>("--version", CountText.TryParse) { HelpName = "N", Description = "The version. [default: the one before the active one]" };
        var rollOut = new ChoiceOption<RollOut>("--roll-out", SettingNames.RollOuts) { Description = "Keyed: stores change over when they are idle, or before their next call. [default: when-idle]" };
        var command = new Command("rollback", "Makes a version that is kept the active one.") { function, version, rollOut };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = await _server.ConnectAsync(parsed, cancellation).ConfigureAwait(false);
            byte[] body = JsonSerializer.SerializeToUtf8Bytes(new RollbackBody(parsed.GetValue(version), parsed.GetValue(rollOut)), ClientJson.Default.RollbackBody);
            var content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
            var answer = await client.SendAsync(HttpMethod.Post, $"{ApiPath.Function(parsed.GetRequiredValue(function))}/rollback", content, cancellation).ConfigureAwait(false);
            var done = answer.Read(ClientJson.Default.DeploymentModel);
            return Write(parsed, () => JsonReport.Write(_terminal, done, ClientJson.Default.DeploymentModel), () =>
            {
                _terminal.Output.WriteLine($"Version {done.Version} of {parsed.GetValue(function)} is active.");
                foreach (var change in done.Changes ?? [])
                {
                    _terminal.Output.WriteLine($"{parsed.GetValue(function)} changed {change}");
                }
            });
        });
        Add(command);
    }

    private void AddDelete()
    {
        var function = NameArgument();
        var yes = new Option<bool>("--yes", "-y") { Arity = ArgumentArity.Zero, Description = "Do not ask." };
        var command = new Command("delete", "Deletes one with its versions.") { function, yes };
        command.SetAction(async (parsed, cancellation) =>
        {
            string name = parsed.GetRequiredValue(function);
            string path = ApiPath.Function(name);
            if (!parsed.GetValue(yes) && !await IsWantedAsync(name, cancellation).ConfigureAwait(false))
            {
                throw new OperationCanceledException();
            }

            using var client = await _server.ConnectAsync(parsed, cancellation).ConfigureAwait(false);
            await client.SendAsync(HttpMethod.Delete, path, null, cancellation).ConfigureAwait(false);
            return Write(parsed, () => JsonReport.Write(_terminal, new DeleteReport(name), ReportJson.Default.DeleteReport), () => _terminal.Output.WriteLine($"{name} is deleted."));
        });
        Add(command);
    }

    private Task<bool> IsWantedAsync(string name, CancellationToken cancellation) => _terminal.InputIsTerminal
        ? _terminal.ConfirmAsync($"Delete the function {name} with all its versions and what its stores hold?", cancellation)
        : throw new CommandLineException("usage", $"Deleting {name} must be confirmed, and nobody can be asked here.", "Repeat the command with --yes.");

    private int Write(ParseResult parsed, Action json, Action table)
    {
        (parsed.GetValue(_output) == OutputFormat.Json ? json : table)();
        return ExitCodes.Ok;
    }
}
