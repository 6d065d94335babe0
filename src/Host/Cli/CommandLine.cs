using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using WasmActors.Host.Cli.Failures;
using WasmActors.Host.Cli.Output;
using WasmActors.Host.Cli.Running;

namespace WasmActors.Host.Cli;

/// <summary>The program's command line: finds the verb, runs it, tells failures and answers the exit code.</summary>
internal sealed class CommandLine
{
    // No response files: "@name" is an argument like any other.
    private static readonly ParserConfiguration s_parsing = new() { EnablePosixBundling = false, ResponseFileTokenReplacer = null };

    private readonly Terminal _terminal;
    private readonly RootCommand _root = new("Runs WebAssembly functions, each store in its own actor.");
    private readonly RunCommand? _run;

    private CommandLine(Terminal terminal, params ReadOnlySpan<Verb> verbs)
    {
        _terminal = terminal;
        foreach (var verb in verbs)
        {
            _root.Add(verb);
            _run ??= verb as RunCommand;
        }

        var help = _root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpPage((HelpAction)help.Action!);
    }

    /// <summary>The command line with all verbs.</summary>
    public static CommandLine Of(Terminal terminal) => new(
        terminal,
        new RunCommand(terminal),
        new InspectCommand(terminal),
        new CompileCommand(terminal),
        new CacheCommand(terminal),
        new ServeCommand(terminal),
        new DeployCommand(terminal),
        new FunctionsCommand(terminal),
        new ModulesCommand(terminal),
        new CallCommand(terminal),
        new NodesCommand(terminal),
        new KeysCommand(terminal));

    /// <summary>Runs what the arguments say.</summary>
    /// <returns>One of <see cref="ExitCodes"/>, or a guest's own status.</returns>
    public async Task<int> InvokeAsync(IReadOnlyList<string> args)
    {
        var failures = new FailureReport(_terminal);
        var parsed = _root.Parse(args.Count == 0 ? ["--help"] : _run is null ? args : GuestArguments.Separate(Script(args, _run), _run), s_parsing);
        if (parsed.Action is ParseErrorAction)
        {
            return failures.Usage(parsed);
        }

        using var interrupt = new CtrlC();
        try
        {
            return await parsed.InvokeAsync(Invocation(), interrupt.Token).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            return failures.Write(failure);
        }
    }

    // "#!/usr/bin/env wasmactors" names no verb: the system puts the script's path behind it, which a verb never looks like.
    private static IReadOnlyList<string> Script(IReadOnlyList<string> args, Command run) =>
        args.Count > 0 && args[0].Contains('/') && File.Exists(args[0]) ? [run.Name, .. args] : args;

    // Failures and Ctrl-C are handled here.
    private InvocationConfiguration Invocation() => new()
    {
        EnableDefaultExceptionHandler = false,
        ProcessTerminationTimeout = null,
        Output = _terminal.Output,
        Error = _terminal.Error,
    };
}
