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

    /// <summary>Returns the path of a program that another project builds.</summary>
    /// <param name="folder">The folder of its project, from the solution's.</param>
    /// <param name="assembly">The name of its file without the extension.</param>
    internal static string PathOf(string folder, string assembly) => Checkout.ProgramOf(folder, assembly);
}
