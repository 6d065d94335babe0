using System.Text;
using Spectre.Console;

namespace WasmActors.Host.Cli.Output;

/// <summary>The standard streams, and what may be shown on them.</summary>
internal sealed class Terminal
{
    // Lines are not broken where a program reads them.
    private const int UnlimitedWidth = 100_000;

    private readonly Func<Stream> _openInput;
    private readonly Func<Stream>? _openOutput;
    private readonly Lazy<IAnsiConsole> _richOutput;
    private readonly Lazy<IAnsiConsole> _richError;

    private Terminal(Func<Stream> openInput, bool inputIsTerminal, TextWriter output, Func<Stream>? openOutput, TextWriter error, bool outputIsTerminal, bool errorIsTerminal, bool colourWanted)
    {
        _openInput = openInput;
        _openOutput = openOutput;
        InputIsTerminal = inputIsTerminal;
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

    /// <summary>Whether somebody may be typing on standard input.</summary>
    public bool InputIsTerminal { get; }

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
        Console.OpenStandardInput,
        !Console.IsInputRedirected,
        Console.Out,
        Console.OpenStandardOutput,
        Console.Error,
        !Console.IsOutputRedirected,
        !Console.IsErrorRedirected,
        string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) && Environment.GetEnvironmentVariable("TERM") != "dumb");

    /// <summary>Writers that are no terminal.</summary>
    /// <param name="output">Standard output.</param>
    /// <param name="error">Standard error.</param>
    /// <param name="input">Standard input; null for an empty one.</param>
    /// <param name="inputIsTerminal">Whether the input is to be taken for a person's.</param>
    public static Terminal OfWriters(TextWriter output, TextWriter error, Stream? input = null, bool inputIsTerminal = false) =>
        new(() => input ?? Stream.Null, inputIsTerminal, output, null, error, false, false, false);

    /// <summary>The same with another writer for plain standard output.</summary>
    public Terminal WithOutput(TextWriter output) => new(_openInput, InputIsTerminal, output, _openOutput, Error, false, ErrorIsTerminal, ErrorHasColour);

    /// <summary>Standard input; reading it does not end by cancellation.</summary>
    public Stream OpenInput() => _openInput();

    /// <summary>Writes bytes on standard output as they are.</summary>
    public async Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        await Output.FlushAsync(cancellation).ConfigureAwait(false);
        if (_openOutput is null)
        {
            await Output.WriteAsync(Encoding.UTF8.GetString(bytes.Span)).ConfigureAwait(false);
            return;
        }

        var stream = _openOutput();
        await using (stream.ConfigureAwait(false))
        {
            await stream.WriteAsync(bytes, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Asks on standard error and reads the answer's line.</summary>
    /// <returns>Whether it was yes.</returns>
    public async Task<bool> ConfirmAsync(string question, CancellationToken cancellation)
    {
        await Error.WriteAsync($"{question} [y/N] ").ConfigureAwait(false);
        await Error.FlushAsync(cancellation).ConfigureAwait(false);
        using var reader = new StreamReader(OpenInput());
        string? answer = await reader.ReadLineAsync(cancellation).AsTask().WaitAsync(cancellation).ConfigureAwait(false);
        return answer?.Trim() is "y" or "Y" or "yes" or "Yes" or "YES";
    }

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
