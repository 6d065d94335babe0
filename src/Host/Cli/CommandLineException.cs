namespace WasmActors.Host.Cli;

/// <summary>The program refuses to go on: what it was asked for does not fit.</summary>
/// <param name="code">For scripts, like the library's codes: <c>usage</c>, <c>cache.unusable</c>.</param>
/// <param name="message">What is wrong.</param>
/// <param name="help">What to do; may have several lines. Null for nothing to say.</param>
/// <param name="exitCode">One of <see cref="ExitCodes"/>; default <see cref="ExitCodes.Usage"/>.</param>
internal sealed class CommandLineException(string code, string message, string? help = null, int exitCode = ExitCodes.Usage) : Exception(message)
{
    public string Code { get; } = code;

    public string? Help { get; } = help;

    public int ExitCode { get; } = exitCode;
}
