using System.CommandLine;
using System.Net.Http.Headers;
using System.Text.Json;
using Spectre.Console;
using WasmActors.Host.Cli.Client;
using WasmActors.Host.Cli.Options;
using WasmActors.Host.Cli.Output;
using WasmActors.Host.Cli.Serving;
using WasmActors.Host.Contracts;
using WasmActors.Host.Formats;
using WasmActors.Runtime.Failures;

namespace WasmActors.Host.Cli;

/// <summary><c>keys</c>: lists, makes and revokes the API keys of a server.</summary>
internal sealed class KeysCommand : Verb
{
    private readonly Terminal _terminal;
    private readonly FormatOption _output = new() { Recursive = true };
    private readonly ServerOptions _server = new(TimeSpan.FromSeconds(30));

    public KeysCommand(Terminal terminal)
        : base("keys", "Lists, makes and revokes the API keys of a server.")
    {
        _terminal = terminal;
        Add(_output);
        _server.AddTo(this);
        SetAction(ListAsync);
        var list = new Command("list", "Lists all keys, without their secrets.");
        list.SetAction(ListAsync);
        Add(list);
        AddCreate();
        AddRevoke();
        AddRecover();
    }

    public override string Synopsis => "keys [list | create NAME --scope SCOPE | revoke ID | recover] [options]";

    public override string HelpNotes => """
        create writes the key's secret on standard output, alone, and the rest on standard error: the output can be a
        --key-file. The secret is shown this once; the server keeps none. Scopes: call, deploy (what call may, and
        functions and modules), admin (what deploy may, and keys and nodes). Limits count on each node.

        recover asks no server: it makes a key with the scope admin in the database itself, for an owner who has none any
        more. It needs the settings of a node, as serve does, and access to its database.

        JSON: list { keys: [key] }; create key, with secret; revoke { deleted }. key is { id, name, scopes, createdAt,
        requestsPerSecond, burst, concurrency, maxBodyBytes }, limits only where there are some.

        Examples:
          wasmactors keys
          wasmactors keys create ci --scope deploy > ci.key
          wasmactors keys create shop --scope call --rate 100 --burst 200 --concurrency 50
          wasmactors keys revoke 3f2a
          wasmactors keys recover --data wasmactors-data > admin.key

        Exit codes: 0 done, 2 usage or no such key, 68 no server, 70 internal, 75 try again, 77 key, 124 no answer in time,
        130 cancelled.
        """;

    private async Task<int> ListAsync(ParseResult parsed, CancellationToken cancellation)
    {
        using var client = await _server.ConnectAsync(parsed, cancellation).ConfigureAwait(false);
        var answer = await client.SendAsync(HttpMethod.Get, ApiPath.Keys, null, cancellation).ConfigureAwait(false);
        var list = answer.Read(ClientJson.Default.KeyList);
        if (parsed.GetValue(_output) == OutputFormat.Json)
        {
            JsonReport.Write(_terminal, list, ClientJson.Default.KeyList);
            return ExitCodes.Ok;
        }

        var table = new Table().Border(TableBorder.Simple).AddColumns("id", "name", "scopes", "age", "limits");
        foreach (var key in list.Keys)
        {
            table.AddRow(
                FunctionTables.Safe(key.Id),
                FunctionTables.Safe(key.Name),
                FunctionTables.Safe(string.Join(", ", key.Scopes)),
                new Text(ShortText.Age(key.CreatedAt)),
                new Text(LimitsOf(key)));
        }

        _terminal.RichOutput.Write(table);
        return ExitCodes.Ok;
    }

    private static string LimitsOf(KeyModel key)
    {
        string?[] limits =
        [
            key.RequestsPerSecond is { } rate ? $"{rate}/s" : null,
            key.Burst is { } burst ? $"burst {burst}" : null,
            key.Concurrency is { } concurrency ? $"{concurrency} at once" : null,
            key.MaxBodyBytes is { } most ? $"body {SizeText.Format(most)}" : null,
        ];
        string text = string.Join(", ", limits.OfType<string>());
        return text.Length == 0 ? "-" : text;
    }

    private void AddCreate()
    {
        var name = new Argument<string>("NAME") { Description = "Your name for it." };
        var scopes = new Option<string[]>("--scope") { HelpName = "call|deploy|admin", Arity = ArgumentArity.OneOrMore, Required = true, Description = "What it may do. Repeatable." };
        scopes.AcceptOnlyFromAmong("call", "deploy", "admin");
        var rate = new ParsedOption<int>("--rate", CountText.TryParse) { HelpName = "N", Description = "Most requests per second. [default: no limit]" };
        var burst = new ParsedOption<int>("--burst", CountText.TryParse) { HelpName = "N", Description = "Most requests at once after a rest; with --rate. [default: as many as a second has]" };
        var concurrency = new ParsedOption<int>("--concurrency", CountText.TryParse) { HelpName = "N", Description = "Most requests at the same time. [default: no limit]" };
        var maxBody = new ParsedOption<long>("--max-body", SizeText.TryParse) { HelpName = "SIZE", Description = "Largest body of a request. [default: the server's]" };
        var command = new Command("create", "Makes a key and shows its secret, this once.") { name, scopes, rate, burst, concurrency, maxBody };
        command.SetAction(async (parsed, cancellation) =>
        {
            var wanted = new NewKeyBody(parsed.GetRequiredValue(name), parsed.GetRequiredValue(scopes))
            {
                RequestsPerSecond = parsed.GetValue(rate),
                Burst = parsed.GetValue(burst),
                Concurrency = parsed.GetValue(concurrency),
                MaxBodyBytes = parsed.GetValue(maxBody),
            };
            using var client = await _server.ConnectAsync(parsed, cancellation).ConfigureAwait(false);
            var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(wanted, ClientJson.Default.NewKeyBody)) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
            var answer = await client.SendAsync(HttpMethod.Post, ApiPath.Keys, content, cancellation).ConfigureAwait(false);
            WriteCreated(answer.Read(ClientJson.Default.KeyModel), parsed.GetValue(_output));
            return ExitCodes.Ok;
        });
        Add(command);
    }

    private void WriteCreated(KeyModel key, OutputFormat format)
    {
        if (key.Secret is not { } secret)
        {
            throw new ServerFailure(ServerErrorCode.BadAnswer, $"The server made the key {GuestText.Clean(key.Id, GuestText.NameLimit)} but did not tell its secret.");
        }

        if (format == OutputFormat.Json)
        {
            JsonReport.Write(_terminal, key, ClientJson.Default.KeyModel);
            return;
        }

        _terminal.Output.WriteLine(GuestText.Clean(secret, GuestText.NameLimit));
        _terminal.Error.WriteLine(GuestText.Clean($"Key {key.Id} ({key.Name}; {string.Join(", ", key.Scopes)}). Keep the secret: it is not shown again.", GuestText.MessageLimit));
    }

    private void AddRevoke()
    {
        var id = new Argument<string>("ID") { Description = "The key's identifier, as keys list tells it." };
        var command = new Command("revoke", "Revokes a key. Nodes stop accepting it within 2 s.") { id };
        command.SetAction(async (parsed, cancellation) =>
        {
            string which = parsed.GetRequiredValue(id);
            string path = ApiPath.Key(which);
            using var client = await _server.ConnectAsync(parsed, cancellation).ConfigureAwait(false);
            await client.SendAsync(HttpMethod.Delete, path, null, cancellation).ConfigureAwait(false);
            if (parsed.GetValue(_output) == OutputFormat.Json)
            {
                JsonReport.Write(_terminal, new DeleteReport(which), ReportJson.Default.DeleteReport);
            }
            else
            {
                _terminal.Output.WriteLine($"{GuestText.Clean(which, GuestText.NameLimit)} is revoked.");
            }

            return ExitCodes.Ok;
        });
        Add(command);
    }

    private void AddRecover()
    {
        var config = new Option<string?>("--config") { HelpName = "FILE", Description = "recover: the settings of the node (JSON)." };
        var data = new Option<string?>("--data") { HelpName = "FOLDER", Description = "recover: where the node keeps its files. [default: wasmactors-data]" };
        var name = new Option<string>("--name") { HelpName = "NAME", Description = "recover: the key's name. [default: recovered]", DefaultValueFactory = static _ => "recovered" };
        var command = new Command("recover", "Makes a key with the scope admin in the database of a node, without asking a server.") { config, data, name };
        command.SetAction((parsed, cancellation) => KeyRecovery.RunAsync(
            _terminal,
            new ServeSettings(parsed.GetValue(config), parsed.GetValue(data) is { } folder ? [new("WasmActors:DataFolder", folder)] : []),
            parsed.GetRequiredValue(name),
            cancellation));
        Add(command);
    }
}
