using System.Diagnostics;

namespace WasmActors.Actors.Tests.Samples;

/// <summary>Runs a sample as a user does: as a program of its own.</summary>
internal static class SampleProgram
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    /// <summary>What the program printed, line by line. It must end well and print nothing to standard error.</summary>
    internal static async Task<string[]> RunAsync(string folder, string assembly, params string[] arguments)
    {
        using var program = new Process { StartInfo = StartInfo(PathOf(folder, assembly), arguments) };
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
            throw new TimeoutException($"{folder} did not end within {s_patience}.", late);
        }

        Assert.Equal("", await errors);
        Assert.Equal(0, program.ExitCode);
        return (await output).ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');
    }

    private static ProcessStartInfo StartInfo(string path, string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet")
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = System.Text.Encoding.UTF8,
        };
        start.ArgumentList.Add(path);
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        // Compiled modules are kept beside the tests, not in the user's own folder.
        start.Environment["XDG_CACHE_HOME"] = Path.Combine(AppContext.BaseDirectory, "sample-cache");
        return start;
    }

    // The tests' own folder ends in bin/<configuration>/<framework>, and the samples' do likewise.
    private static string PathOf(string folder, string assembly)
    {
        var framework = new DirectoryInfo(AppContext.BaseDirectory);
        var root = framework;
        while (!File.Exists(Path.Combine(root.FullName, "WasmActors.sln")))
        {
            root = root.Parent ?? throw new InvalidOperationException("The tests do not lie below the solution.");
        }

        return Path.Combine(root.FullName, "samples", folder, "bin", framework.Parent!.Name, framework.Name, $"{assembly}.dll");
    }
}
