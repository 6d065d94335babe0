using System.CommandLine;
using Spectre.Console;
using WasmActors.Host.Cli.Client;
using WasmActors.Host.Cli.Output;

namespace WasmActors.Host.Cli;

/// <summary><c>nodes</c>: lists the nodes of a server's cluster.</summary>
internal sealed class NodesCommand : Verb
{
    private readonly Terminal _terminal;
    private readonly FormatOption _output = new();
    private readonly ServerOptions _server = new(TimeSpan.FromSeconds(30));

    public NodesCommand(Terminal terminal)
        : base("nodes", "Lists the nodes of a server's cluster.")
    {
        _terminal = terminal;
        Add(_output);
        _server.AddTo(this);
        SetAction(ListAsync);
    }

    public override string Synopsis => "nodes [options]";

    public override string HelpNotes => """
        The nodes are those that the answering one knows.

        JSON: { nodes: [{ address, status, roles, isSelf, isLeader, isReachable }] }

        Examples:
          wasmactors nodes
          wasmactors nodes -o json --server http://10.0.0.5:8080

        Exit codes: 0 done, 2 usage, 68 no server, 70 internal, 75 try again, 77 key, 124 no answer in time, 130 cancelled.
        """;

    private async Task<int> ListAsync(ParseResult parsed, CancellationToken cancellation)
    {
        using var client = await _server.ConnectAsync(parsed, cancellation).ConfigureAwait(false);
        var answer = await client.SendAsync(HttpMethod.Get, ApiPath.Nodes, null, cancellation).ConfigureAwait(false);
        var list = answer.Read(ClientJson.Default.NodeList);
        if (parsed.GetValue(_output) == OutputFormat.Json)
        {
            JsonReport.Write(_terminal, list, ClientJson.Default.NodeList);
            return ExitCodes.Ok;
        }

        var table = new Table().Border(TableBorder.Simple).AddColumns("node", "status", "reachable", "roles", "");
        foreach (var node in list.Nodes)
        {
            string[] marks = [.. node.IsSelf ? (string[])["answers"] : [], .. node.IsLeader ? (string[])["leads"] : []];
            table.AddRow(
                FunctionTables.Safe(ShortText.Node(node.Address)),
                FunctionTables.Safe(node.Status),
                new Text(node.IsReachable ? "yes" : "no"),
                FunctionTables.Safe(node.Roles.Count == 0 ? "-" : string.Join(", ", node.Roles)),
                new Text(string.Join(", ", marks)));
        }

        _terminal.RichOutput.Write(table);
        return ExitCodes.Ok;
    }
}
