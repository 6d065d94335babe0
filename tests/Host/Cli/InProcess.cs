using System.Text;
using WasmActors.Host.Cli;
using WasmActors.Host.Cli.Output;

namespace WasmActors.Host.Tests.Cli;

/// <summary>
/// Runs the command line in this process, which is quicker: for guests that have no standard streams. The cache of whoever
/// runs the tests is left alone.
/// </summary>
internal static class InProcess
{
    public static Task<ProgramRun> RunAsync(params string[] args) => RunAsync(null, inputIsTerminal: false, args);

    public static async Task<ProgramRun> RunAsync(string? input, bool inputIsTerminal, string[] args)
    {
        var output = new StringWriter { NewLine = "\n" };
        var error = new StringWriter { NewLine = "\n" };
        var terminal = Terminal.OfWriters(output, error, new MemoryStream(Encoding.UTF8.GetBytes(input ?? "")), inputIsTerminal);
        int exitCode = await CommandLine.Of(terminal).InvokeAsync(args is ["run" or "inspect", _, ..] && args[1] != "--help" ? [args[0], "--no-cache", .. args[1..]] : args);
        return new ProgramRun(exitCode, Encoding.UTF8.GetBytes(output.ToString()), error.ToString());
    }
}
