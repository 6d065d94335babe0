using System.CommandLine;
using Spectre.Console;
using WasmActors.Host.Cli.Client;
using WasmActors.Host.Cli.Output;
using WasmActors.Runtime.Failures;

namespace WasmActors.Host.Cli.Failures;

/// <summary>Tells a failure on standard error in one block: code, message, backtrace, and what to do.</summary>
internal sealed class FailureReport(Terminal terminal)
{
    private const int MaxFrames = 20;
    private static readonly Padding s_indent = new(2, 0, 0, 0);

    /// <summary>Tells a failure; a WASI program's own exit is none.</summary>
    /// <returns>The exit code for it.</returns>
    public int Write(Exception failure)
    {
        if (failure is not WasiExit)
        {
            Write(CodeOf(failure), MessageOf(failure), FramesOf(failure), Advice.For(failure));
        }

        return ExitCodes.Of(failure);
    }

    /// <summary>Tells what is wrong with the command line.</summary>
    /// <returns>The exit code for it.</returns>
    public int Usage(ParseResult parsed)
    {
        string command = parsed.CommandResult.Command is RootCommand ? "wasmactors" : $"wasmactors {VerbOf(parsed)}";
        Write("usage", string.Join('\n', UnknownWords.Problems(parsed)), [], $"See '{command} --help'.");
        return ExitCodes.Usage;
    }

    private static string VerbOf(ParseResult parsed)
    {
        var names = new List<string>();
        for (var at = parsed.CommandResult; at is { Command: not RootCommand }; at = at.Parent as System.CommandLine.Parsing.CommandResult)
        {
            names.Insert(0, at.Command.Name);
        }

        return string.Join(' ', names);
    }

    private static IReadOnlyList<string> FramesOf(Exception failure) => failure switch
    {
        Trap trap => [.. trap.Frames.Select(static f => f.ToString())],
        WasmError error => [.. error.Frames.Select(static f => f.ToString())],
        ServerFailure server => server.Frames,
        _ => [],
    };

    private static string CodeOf(Exception failure) => failure switch
    {
        WasmException wasm => wasm.Code,
        CommandLineException refused => refused.Code,
        ServerFailure server => server.Code,
        OperationCanceledException => ErrorCode.Cancelled,
        IOException => "output.failed",
        _ => "internal",
    };

    private static string MessageOf(Exception failure) => failure switch
    {
        WasmException or CommandLineException or ServerFailure => failure.Message,
        OperationCanceledException => "Cancelled.",
        IOException => $"Standard output cannot be written: {failure.Message}.",
        _ => $"{failure.GetType().Name}: {failure.Message}",
    };

    private void Write(string code, string message, IReadOnlyList<string> frames, string? advice)
    {
        var console = terminal.RichError;
        console.MarkupLine($"[bold red]error:[/] [bold]{Markup.Escape(code)}[/]");
        Indented(message);
        if (frames.Count > 0)
        {
            Indented("backtrace, innermost first:");
        }

        foreach (string frame in frames.Take(MaxFrames))
        {
            Indented($"  at {frame}");
        }

        if (frames.Count > MaxFrames)
        {
            Indented($"  … and {frames.Count - MaxFrames} more");
        }

        if (advice is not null)
        {
            console.MarkupLine("  [bold]what to do:[/]");
            Indented(advice, "  ");
        }
    }

    private void Indented(string text, string prefix = "")
    {
        foreach (string line in text.Trim('\n', '\r').Split('\n'))
        {
            string clean = GuestText.Clean(line.TrimEnd('\r'), GuestText.MessageLimit);
            terminal.RichError.Write(new Padder(new Text(prefix + clean), s_indent));
        }
    }
}
