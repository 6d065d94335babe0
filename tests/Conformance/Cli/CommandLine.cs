using System.CommandLine;
using System.CommandLine.Invocation;

namespace WasmActors.Conformance.Cli;

/// <summary>Runs the program with arguments, and answers its exit code.</summary>
internal static class CommandLine
{
    /// <summary>Runs the program.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="output">Where reports go.</param>
    /// <param name="error">Where complaints go.</param>
    /// <param name="isTerminal">Whether somebody may be watching the output.</param>
    /// <returns>One of <see cref="ExitCodes"/>.</returns>
    public static async Task<int> InvokeAsync(IReadOnlyList<string> args, TextWriter output, TextWriter error, bool isTerminal)
    {
        // No response files: "@name" is a file like any other.
        var parsed = new ConformanceCommand(output, isTerminal).Parse(args, new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null });
        if (parsed.Action is ParseErrorAction)
        {
            foreach (var problem in parsed.Errors)
            {
                await error.WriteLineAsync($"error: usage: {problem.Message}");
            }

            return ExitCodes.Usage;
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, Output = output, Error = error });
        }
        catch (UsageException problem)
        {
            await error.WriteLineAsync($"error: usage: {problem.Message}");
            return ExitCodes.Usage;
        }
        catch (OperationCanceledException)
        {
            return ExitCodes.Cancelled;
        }
        catch (Exception broken)
        {
            await error.WriteLineAsync($"error: {broken.GetType().Name}: {broken.Message}");
            return ExitCodes.Internal;
        }
    }
}
