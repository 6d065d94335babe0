using System.Diagnostics;

namespace WasmActors.Actors.Tests.Samples;

/// <summary>Runs a sample as a user does: as a program of its own.</summary>
internal static class SampleProgram
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    /// <summary>What the program printed, line by line. It must end well and print nothing to standard error.</summary>
    internal static Task<string[]> RunAsync(string folder, string assembly, params string[] arguments) =>
        RunFileAsync(PathOf(Path.Combine("samples", folder), assembly), [], s_patience, arguments);

    /// <summary>The same for any program of the solution, with variables of its environment and a time.</summary>
    internal static async Task<string[]> RunFileAsync(string path, Dictionary<string, string> environment, TimeSpan patience, params string[] arguments)
    {
        using var program = new Process { StartInfo = StartInfo(path, environment, arguments) };
        program.Start();
        var output = program.StandardOutput.ReadToEndAsync();
        var errors = program.StandardError.ReadToEndAsync();
        using var deadline = new CancellationTokenSource(patience);
        try
        {
            await program.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException late)
        {
            program.Kill(entireProcessTree: true);
            throw new TimeoutException($"{path} did not end within {patience}.", late);
        }

        Assert.Equal("", await errors);
        Assert.Equal(0, program.ExitCode);
        return (await output).ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');
    }

    private static ProcessStartInfo StartInfo(string path, Dictionary<string, string> environment, string[] arguments)
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
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return start;
    }

    /// <summary>Where a program lies: the tests' own folder ends in bin/configuration/framework, and the others' do likewise.</summary>
    /// <param name="folder">Its project's folder, from the solution's.</param>
    /// <param name="assembly">Its file without the ending.</param>
    internal static string PathOf(string folder, string assembly)
    {
        var framework = new DirectoryInfo(AppContext.BaseDirectory);
        var root = framework;
        while (!File.Exists(Path.Combine(root.FullName, "WasmActors.sln")))
        {
            root = root.Parent ?? throw new InvalidOperationException("The tests do not lie below the solution.");
        }

        return Path.Combine(root.FullName, folder, "bin", framework.Parent!.Name, framework.Name, $"{assembly}.dll");
    }
}
