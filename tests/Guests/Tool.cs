using System.ComponentModel;
using System.Diagnostics;

namespace WasmActors.Guests;

/// <summary>How a run of an external program ended: <see cref="Failure"/> is null when it succeeded.</summary>
/// <param name="NotInstalled">Whether the program could not be started at all.</param>
/// <param name="Failure">What went wrong, with what the program said on its standard error.</param>
internal sealed record ToolResult(bool NotInstalled, string? Failure)
{
    /// <summary>The failure's first line, short enough for the reason of a skipped test.</summary>
    public string? Reason => Failure?.Split('\n')[0];
}

/// <summary>Runs an external program to its end or to a deadline.</summary>
internal static class Tool
{
    public static async Task<ToolResult> RunAsync(
        string program, IEnumerable<string> arguments, string workFolder, TimeSpan deadline)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = workFolder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = new Process { StartInfo = start };
        try
        {
            process.Start();
        }
        catch (Win32Exception)
        {
            return new ToolResult(NotInstalled: true, $"{program} is not installed");
        }

        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        using var timeout = new CancellationTokenSource(deadline);
        try
        {
            await process.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            return new ToolResult(NotInstalled: false, $"{program} did not end within {deadline.TotalSeconds:0} s");
        }

        await output;
        var said = (await errors).Trim();
        return process.ExitCode == 0
            ? new ToolResult(NotInstalled: false, Failure: null)
            : new ToolResult(NotInstalled: false, $"{program} failed with status {process.ExitCode}: {said}");
    }
}
