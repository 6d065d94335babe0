using System.CommandLine;
using Spectre.Console;
using WasmActors.Host.Cli.Client;
using WasmActors.Host.Cli.Failures;
using WasmActors.Host.Cli.Options;
using WasmActors.Host.Cli.Output;
using WasmActors.Host.Deployments;
using WasmActors.Host.Formats;
using WasmActors.Runtime.Failures;

namespace WasmActors.Host.Cli;

/// <summary><c>deploy</c>: makes modules functions of a server.</summary>
internal sealed class DeployCommand : Verb
{
    private readonly Terminal _terminal;
    private readonly Argument<string> _path = new("FILE|FOLDER") { Description = "WebAssembly module, binary (.wasm) or text (.wat), or a folder of them." };
    private readonly Option<string?> _name = new("--name") { HelpName = "NAME", Description = "The function's name. [default: the file's name in lower case]" };
    private readonly ParsedOption<int> _expect = new("--expect", CountText.TryParse) { HelpName = "VERSION", Description = "Deploy only where this version is the active one; 0: where there is no such function." };
    private readonly Option<bool> _dryRun = new("--dry-run") { Arity = ArgumentArity.Zero, Description = "Check everything on the server and report what would change; change nothing." };
    private readonly DeployOptions _settings = new();
    private readonly FormatOption _output = new();
    private readonly ServerOptions _server = new(TimeSpan.FromMinutes(5));

    public DeployCommand(Terminal terminal)
        : base("deploy", "Deploys a module, or each module of a folder, as a function of a server.")
    {
        _terminal = terminal;
        _path.Validators.Add(static result =>
        {
            foreach (var token in result.Tokens)
            {
                RequireFileName(token.Value, result);
            }
        });
        Add(_path);
        Add(_name);
        _settings.AddTo(this);
        Add(_expect);
        Add(_dryRun);
        Add(_output);
        _server.AddTo(this);
        SetAction(DeployAsync);
    }

    public override string Synopsis => "deploy (FILE | FOLDER) [options]";

    public override string HelpNotes => """
        Of a folder each *.wasm and *.wat is deployed, one after the other, but not those of folders in it. One that fails
        is told on standard error, the others are deployed all the same; the exit code is that of the first failure.

        Settings can be in a file beside the module, fib.json for fib.wat: the JSON of PUT /v1/functions/NAME without
        moduleDigest. Options count before it. Settings that neither gives carry over from the active version. A change of
        kind or convention needs --change-kind or --change-convention. A deployment that changes nothing makes no version.

        JSON: { deployed: [{ file, name, version, revision, created, kind, convention, conventionDetected, digest, size, settings,
        changes: [{ setting, from, to }], dryRun }] }

        Examples:
          wasmactors deploy fib.wat
          wasmactors deploy cart.wasm --kind keyed --idle-after 10m --label 2026.11
          wasmactors deploy cart.wasm --deadline 5s --reset label --dry-run
          wasmactors deploy program.wasm --name words --env LANG=C --dir /data::/data:ro --caller-args
          wasmactors deploy functions/ --server https://functions.example.com --key-file ~/.wasmactors-key

        Exit codes: 0 done, 2 usage, 65 module not valid, 66 file not readable, 68 no server, 69 imports, 70 internal,
        71 limit, 75 try again, 76 another deployment came first, 77 key, 124 no answer in time, 130 cancelled.
        """;

    private async Task<int> DeployAsync(ParseResult parsed, CancellationToken cancellation)
    {
        string path = parsed.GetRequiredValue(_path);
        bool isFolder = Directory.Exists(path);
        if (isFolder && (parsed.GetValue(_name) ?? (object?)parsed.GetValue(_expect)) is not null)
        {
            throw new CommandLineException("usage", $"{path} is a folder: --name and --expect are for one file.", "Name the file, or leave the option out.");
        }

        using var client = await _server.ConnectAsync(parsed, cancellation).ConfigureAwait(false);
        var deployer = new FunctionDeployer(client, _terminal, parsed.GetValue(_dryRun));
        var settings = _settings.Settings(parsed);
        var report = new List<DeployedFunction>();
        int exitCode = ExitCodes.Ok;
        if (isFolder)
        {
            exitCode = await DeployFolderAsync(DeploymentFolder.Read(path), deployer, settings, report, cancellation).ConfigureAwait(false);
        }
        else
        {
            var file = await DeploymentFile.ReadAsync(path, parsed.GetValue(_name), cancellation).ConfigureAwait(false);
            report.Add(await deployer.DeployAsync(file, settings, parsed.GetValue(_expect), cancellation).ConfigureAwait(false));
        }

        Write(report, parsed.GetValue(_output));
        return exitCode;
    }

    private async Task<int> DeployFolderAsync(DeploymentFolder folder, FunctionDeployer deployer, DeploymentSettings settings, List<DeployedFunction> report, CancellationToken cancellation)
    {
        if (folder.Modules.Count == 0 && folder.Refused.Count == 0)
        {
            throw new CommandLineException("usage", $"There is no module in the folder {folder.Path}: expected are files *.wasm or *.wat.");
        }

        var failures = new FailureReport(_terminal);
        int exitCode = ExitCodes.Ok;
        foreach (var refused in folder.Refused)
        {
            Tell(refused);
        }

        foreach (string path in folder.Modules)
        {
            try
            {
                var file = await DeploymentFile.ReadAsync(path, null, cancellation).ConfigureAwait(false);
                report.Add(await deployer.DeployAsync(file, settings, null, cancellation).ConfigureAwait(false));
            }
            catch (WasmException failure)
            {
                Tell(failure);
            }
            catch (ServerFailure failure)
            {
                Tell(new ServerFailure(failure.Code, $"{path}: {failure.Message}", failure) { Status = failure.Status, RetryAfter = failure.RetryAfter });
                if (failure.ConcernsEveryRequest)
                {
                    return exitCode;
                }
            }
        }

        return exitCode;

        void Tell(Exception failure)
        {
            int code = failures.Write(failure);
            exitCode = exitCode == ExitCodes.Ok ? code : exitCode;
        }
    }

    private void Write(List<DeployedFunction> deployed, OutputFormat format)
    {
        if (format == OutputFormat.Json)
        {
            JsonReport.Write(_terminal, new DeployReport(deployed), ReportJson.Default.DeployReport);
            return;
        }

        if (deployed.Count == 0)
        {
            return;
        }

        var table = new Table().Border(TableBorder.Simple).AddColumns("function", "version", "kind", "convention", "module");
        foreach (var function in deployed)
        {
            table.AddRow(
                new Text(function.Name),
                new Text($"{function.Version}{(function.DryRun ? " (dry run)" : function.Created ? " (new)" : "")}"),
                FunctionTables.Safe(function.Kind),
                FunctionTables.Safe(function.Convention),
                new Text(ShortText.Digest(function.Digest)));
        }

        _terminal.RichOutput.Write(table);
        foreach (var function in deployed)
        {
            if (function.ConventionDetected)
            {
                _terminal.Output.WriteLine($"{function.Name} has the convention {GuestText.Clean(function.Convention, GuestText.NameLimit)} by its exports");
            }

            if (function.Settings is { } file)
            {
                _terminal.Output.WriteLine($"{function.Name} has settings of {GuestText.Clean(file, GuestText.NameLimit)}");
            }

            foreach (var change in function.Changes)
            {
                _terminal.Output.WriteLine($"{function.Name} {(function.DryRun ? "would change" : "changed")} {change}");
            }
        }
    }
}
