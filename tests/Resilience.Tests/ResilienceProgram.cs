using System.Diagnostics;

namespace WasmActors.Resilience.Tests;

/// <summary>Runs the program of the scenarios.</summary>
internal static class ResilienceProgram
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);

    /// <summary>How it ended and what it printed.</summary>
    internal sealed record Run(int Status, string Output, string Errors)
    {
        public override string ToString() => $"status {Status}\n{Output}{Errors}";
    }

    internal static async Task<Run> RunAsync(params string[] arguments)
    {
        using var program = new Process { StartInfo = StartInfo(arguments) };
        program.Start();
        var output = program.StandardOutput.ReadToEndAsync();
        var errors = program.StandardError.ReadToEndAsync();
        using var deadline = new CancellationTokenSource(s_patience);
        try
        {
            await program.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException late)
        {
            program.Kill(entireProcessTree: true);
            throw new TimeoutException($"{string.Join(' ', arguments)} did not end within {s_patience}: {await output}{await errors}", late);
        }

        return new Run(program.ExitCode, await output, await errors);
    }

    private static ProcessStartInfo StartInfo(string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet")
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = System.Text.Encoding.UTF8,
        };
        start.ArgumentList.Add(Checkout.ProgramOf("tests/Resilience", "WasmActors.Resilience"));
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return start;
    }
}
