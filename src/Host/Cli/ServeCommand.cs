using System.CommandLine;
using WasmActors.Host.Cli.Output;
using WasmActors.Host.Cli.Serving;

namespace WasmActors.Host.Cli;

/// <summary><c>serve</c>: makes the process a node that hosts functions.</summary>
internal sealed class ServeCommand : Verb
{
    private static readonly TimeSpan s_stopPatience = TimeSpan.FromSeconds(2);

    private readonly Option<string?> _config = new("--config") { HelpName = "FILE", Description = "Settings (JSON) over the defaults; docs/settings.md lists them." };
    private readonly Option<string[]> _url = new("--url") { HelpName = "URL", Description = "Where the HTTP API listens. Repeatable. [default: http://127.0.0.1:8080]" };
    private readonly Option<string?> _data = new("--data") { HelpName = "FOLDER", Description = "Where the node keeps its files. [default: wasmactors-data]" };
    private readonly Option<bool> _open = new("--open") { Arity = ArgumentArity.Zero, Description = "Ask for no API key. For a machine of your own: whoever reaches the address can deploy and call." };
    private readonly Option<string?> _watch = new("--watch") { HelpName = "FOLDER", Description = "Deploy the modules of a folder, and again when they change. For development." };
    private readonly Option<bool> _newDatabase = new(DatabaseMark.Option) { Arity = ArgumentArity.Zero, Description = "Start although the database was emptied, deleted or replaced since the last start." };

    public ServeCommand(Terminal terminal)
        : base("serve", "Hosts deployed functions: alone, or as a node of a cluster.")
    {
        foreach (Option option in (ReadOnlySpan<Option>)[_config, _url, _data, _open, _watch, _newDatabase])
        {
            Add(option);
        }

        SetAction(async (parsed, cancellation) =>
        {
            // A reader of standard output that stalls must not stop the node.
            var output = new BoundedWriter(terminal.Output, s_stopPatience);
            await using (output.ConfigureAwait(false))
            {
                var run = new ServeRun(terminal.WithOutput(output), new ServeSettings(parsed.GetValue(_config), Overrides(parsed))
                {
                    AcceptsNewDatabase = parsed.GetValue(_newDatabase),
                });
                return await run.RunAsync(cancellation).ConfigureAwait(false);
            }
        });
    }

    public override string Synopsis => "serve [options]";

    public override string HelpNotes => """
        Without settings the node has no cluster, keeps everything in a SQLite file, and listens at
        http://127.0.0.1:8080 and nowhere else. The first start prints an API key, once.

        SIGTERM, SIGHUP or Ctrl-C stops it: running calls have the grace time (WasmActors:Functions:Grace), keyed stores
        go to other nodes. A second Ctrl-C ends it at once.

        With --watch every module of the folder (*.wasm, *.wat) is a function with the file's name; a file with the same name
        and the ending .json beside it says how it is run (docs/http-api.md, Deploying).

        Examples:
          wasmactors serve
          wasmactors serve --open --watch samples/guests
          wasmactors serve --config node1.json

        Exit codes: 0 stopped, 2 usage or wrong settings, 70 internal, 72 the node could not start or lost its cluster.
        """;

    private List<KeyValuePair<string, string?>> Overrides(ParseResult parsed)
    {
        var overrides = new List<KeyValuePair<string, string?>>();
        string[] urls = parsed.GetValue(_url) ?? [];
        for (int i = 0; i < urls.Length; i++)
        {
            overrides.Add(new($"WasmActors:Http:Urls:{i}", urls[i]));
        }

        if (parsed.GetValue(_data) is { } data)
        {
            overrides.Add(new("WasmActors:DataFolder", data));
        }

        if (parsed.GetValue(_watch) is { } watched)
        {
            overrides.Add(new("WasmActors:Watch:Folder", watched));
        }

        if (parsed.GetValue(_open))
        {
            overrides.Add(new("WasmActors:Http:Authentication", "open"));
        }

        return overrides;
    }
}
