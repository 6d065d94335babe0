using System.Diagnostics;
using System.Text;
using WasmActors.Processes;

namespace WasmActors.Host.Tests.Cli;

/// <summary>A finished run of the real program in a process of its own.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">What it wrote on standard output, byte for byte.</param>
/// <param name="Error">What it wrote on standard error.</param>
internal sealed record ProgramRun(int ExitCode, byte[] Output, string Error)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    /// <summary>Whether this process and those it starts ignore SIGINT, as a background job of a shell without job control.</summary>
    public static bool IgnoresInterrupts =>
        File.Exists("/proc/self/status")
        && File.ReadLines("/proc/self/status", Encoding.ASCII).FirstOrDefault(static l => l.StartsWith("SigIgn:", StringComparison.Ordinal)) is { } line
        && (Convert.ToUInt64(line[7..].Trim(), 16) & 2) != 0;

    public string Text => Encoding.UTF8.GetString(Output);

    /// <summary>The lines of standard output.</summary>
    public string[] Lines => Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The code in the first line of the error block.</summary>
    public string Code => Error.Split('\n')[0].Trim() is var first && first.StartsWith("error: ", StringComparison.Ordinal) ? first[7..] : "";

    /// <summary>Runs it to its end, with a standard input that is empty unless something is given.</summary>
    public static async Task<ProgramRun> Of(TemporaryFolder folder, string[] args, byte[]? input = null, params (string Name, string Value)[] environment)
    {
        using var process = Start(folder, args, environment);
        return await OfAsync(process, args, input ?? []);
    }

    /// <summary>Runs a script of a shell to its end: <c>"$@"</c> is the program with its arguments.</summary>
    public static async Task<ProgramRun> InShellAsync(TemporaryFolder folder, string script, string[] args)
    {
        var start = StartOf(folder, args);
        start = new ProcessStartInfo("/bin/sh", ["-c", script, "sh", start.FileName, .. start.ArgumentList])
        {
            WorkingDirectory = folder.Path,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["XDG_CACHE_HOME"] = start.Environment["XDG_CACHE_HOME"] },
        };
        using var process = Process.Start(start)!;
        return await OfAsync(process, args, []);
    }

    /// <summary>How a shell names the program.</summary>
    public static string ShellName(TemporaryFolder folder)
    {
        var start = StartOf(folder, []);
        return string.Join(' ', [start.FileName, .. start.ArgumentList]);
    }

    private static async Task<ProgramRun> OfAsync(Process process, string[] args, byte[] input)
    {
        var output = new MemoryStream();
        var reading = process.StandardOutput.BaseStream.CopyToAsync(output);
        var errors = process.StandardError.ReadToEndAsync();
        using var deadline = new CancellationTokenSource(Deadline);
        try
        {
            await WriteAsync(process, input, deadline.Token);
            await process.WaitForExitAsync(deadline.Token);
            await reading.WaitAsync(deadline.Token);
            return new ProgramRun(process.ExitCode, output.ToArray(), await errors.WaitAsync(deadline.Token));
        }
        catch (OperationCanceledException late)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"wasmactors {string.Join(' ', args)} did not end within {Deadline}.", late);
        }
    }

    /// <summary>Starts it; the caller waits for it and disposes it.</summary>
    public static Process Start(TemporaryFolder folder, string[] args, params (string Name, string Value)[] environment)
    {
        var start = StartOf(folder, args);
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    /// <summary>Starts <c>serve</c> on a free port of the loopback and waits until it listens.</summary>
    /// <param name="folder">Where its data folder is.</param>
    /// <param name="args">Options behind <c>serve</c>; the address is set already.</param>
    public static Task<ServerProcess> ServeAsync(TemporaryFolder folder, params string[] args) =>
        ServerProcess.StartAsync(ServeStart(folder, args));

    /// <summary>The way to start <c>serve</c> so.</summary>
    public static ProcessStartInfo ServeStart(TemporaryFolder folder, params string[] args) => StartOf(folder, ["serve", "--url", "http://127.0.0.1:0", .. args]);

    private static ProcessStartInfo StartOf(TemporaryFolder folder, string[] args)
    {
        var start = ServerProcess.StartOf(folder.Path, "wasmactors.dll", args);
        start.Environment["XDG_CACHE_HOME"] = Path.Combine(folder.Path, "cache");
        start.Environment.Remove("NO_COLOR");
        return start;
    }

    private static async Task WriteAsync(Process process, byte[] input, CancellationToken cancellation)
    {
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(input, cancellation);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading all of it.
        }
    }
}
