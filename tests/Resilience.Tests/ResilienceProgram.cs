using System.Diagnostics;

namespace WasmActors.Resilience.Tests;

/// <summary>Runs the program of the scenarios.</summary>
internal static class ResilienceProgram
{
    private const string Assembly = "WasmActors.Resilience.dll";

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
        start.ArgumentList.Add(PathOf());
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return start;
    }

    // The tests' own folder ends in bin/configuration/framework, and the program's does likewise.
    private static string PathOf()
    {
        var framework = new DirectoryInfo(AppContext.BaseDirectory);
        var root = framework;
        while (!File.Exists(Path.Combine(root.FullName, "WasmActors.sln")))
        {
            root = root.Parent ?? throw new InvalidOperationException("The tests do not lie below the solution.");
        }

        return Path.Combine(root.FullName, "tests", "Resilience", "bin", framework.Parent!.Name, framework.Name, Assembly);
    }
}
