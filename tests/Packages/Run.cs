using System.Diagnostics;

namespace WasmActors.Packages.Tests;

/// <summary>A finished run of a program.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">What it wrote on standard output.</param>
/// <param name="Error">What it wrote on standard error.</param>
internal sealed record Run(int ExitCode, string Output, string Error)
{
    // A build on a busy machine takes a multiple of what it takes on a quiet one.
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(10);

    /// <summary>Runs <c>dotnet</c> and requires that it succeeds without warnings.</summary>
    public static async Task<Run> DotnetAsync(string folder, params string[] args)
    {
        string dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        var start = new ProcessStartInfo(dotnet, args) { WorkingDirectory = folder };
        foreach (string name in start.Environment.Keys.Where(IsOfThisBuild).ToList())
        {
            start.Environment.Remove(name);
        }

        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["DOTNET_NOLOGO"] = "1";
        var run = await OfAsync(start);
        Assert.True(
            run.ExitCode == 0,
            $"dotnet {string.Join(' ', args)} ended with {run.ExitCode}:\n{run.Output}\n{run.Error}");
        Assert.DoesNotContain("warning ", run.Output, StringComparison.Ordinal);
        return run;
    }

    /// <summary>Runs a program to its end.</summary>
    public static async Task<Run> OfAsync(ProcessStartInfo start)
    {
        start.UseShellExecute = false;
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        using var deadline = new CancellationTokenSource(s_deadline);
        try
        {
            await process.WaitForExitAsync(deadline.Token);
            string text = await output.WaitAsync(deadline.Token);
            return new Run(process.ExitCode, text, await error.WaitAsync(deadline.Token));
        }
        catch (OperationCanceledException late)
        {
            process.Kill(entireProcessTree: true);
            string command = $"{start.FileName} {string.Join(' ', start.ArgumentList)}";
            throw new TimeoutException($"{command} did not end within {s_deadline}.", late);
        }
    }

    // dotnet test leaves its own MSBuild in the environment; CI would switch analyzers on.
    private static bool IsOfThisBuild(string name) =>
        name.StartsWith("MSBuild", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("VSTEST", StringComparison.OrdinalIgnoreCase)
        || name is "CI" or "NUGET_PACKAGES";
}
