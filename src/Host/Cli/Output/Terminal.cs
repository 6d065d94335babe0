using Spectre.Console;

namespace WasmActors.Host.Cli.Output;

/// <summary>Standard output and standard error, and what may be shown on them.</summary>
internal sealed class Terminal
{
    // Lines are not broken where a program reads them.
    private const int UnlimitedWidth = 100_000;

    private readonly Lazy<IAnsiConsole> _richOutput;
    private readonly Lazy<IAnsiConsole> _richError;

    private Terminal(TextWriter output, TextWriter error, bool outputIsTerminal, bool errorIsTerminal, bool colourWanted)
    {
        Output = output;
        Error = error;
        ErrorIsTerminal = errorIsTerminal;
        ErrorHasColour = errorIsTerminal && colourWanted;
        _richOutput = new(() => Rich(output, outputIsTerminal, outputIsTerminal && colourWanted));
        _richError = new(() => Rich(error, errorIsTerminal, ErrorHasColour));
    }

    /// <summary>Plain standard output: results and JSON.</summary>
    public TextWriter Output { get; }

    /// <summary>Plain standard error.</summary>
    public TextWriter Error { get; }

    /// <summary>Whether somebody may be watching standard error.</summary>
    public bool ErrorIsTerminal { get; }

    /// <summary>Whether standard error may be coloured: a terminal, and NO_COLOR is not set.</summary>
    public bool ErrorHasColour { get; }

    /// <summary>Standard output for tables.</summary>
    public IAnsiConsole RichOutput => _richOutput.Value;

    /// <summary>Standard error for failures and progress.</summary>
    public IAnsiConsole RichError => _richError.Value;

    /// <summary>The terminal or files that the process was started with.</summary>
    public static Terminal OfProcess() => new(
        Console.Out,
        Console.Error,
        !Console.IsOutputRedirected,
        !Console.IsErrorRedirected,
        string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) && Environment.GetEnvironmentVariable("TERM") != "dumb");

    /// <summary>Writers that are no terminal.</summary>
    public static Terminal OfWriters(TextWriter output, TextWriter error) => new(output, error, false, false, false);

    private static IAnsiConsole Rich(TextWriter writer, bool isTerminal, bool colour)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = colour ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = colour ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = isTerminal ? InteractionSupport.Detect : InteractionSupport.No,

            // They would colour a file because a build server is known to show colours.
            Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false },
        });
        if (!isTerminal)
        {
            console.Profile.Width = UnlimitedWidth;
            console.Profile.Capabilities.Unicode = true;
        }

        return console;
    }
}
