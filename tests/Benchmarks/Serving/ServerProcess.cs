using System.Diagnostics;

namespace WasmActors.Benchmarks.Serving;

/// <summary>A server under load, a process of its own whose processor time can be read.</summary>
internal sealed class ServerProcess : IDisposable
{
    private const string Listening = "Listening at ";
    private const string FirstKey = "It is shown this once: ";
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    private readonly Process _process;

    private ServerProcess(Process process) => _process = process;

    /// <summary>Where it listens.</summary>
    internal Uri Address { get; private set; } = null!;

    /// <summary>The API key that it printed, or null.</summary>
    internal string? Key { get; private set; }

    /// <summary>Processor time that it has used.</summary>
    internal TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Resident memory in bytes.</summary>
    internal long Resident
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>Starts a program and waits until it listens.</summary>
    internal static async Task<ServerProcess> StartAsync(string folder, string program, params string[] args)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [program, .. args])
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        var server = new ServerProcess(Process.Start(start)!);
        using var patience = new CancellationTokenSource(s_patience);
        try
        {
            while (true)
            {
                string line = await server._process.StandardOutput.ReadLineAsync(patience.Token).ConfigureAwait(false)
                    ?? throw new InvalidOperationException($"{program} ended before it listened.");
                if (line.IndexOf(FirstKey, StringComparison.Ordinal) is >= 0 and var at)
                {
                    server.Key = line[(at + FirstKey.Length)..].Trim();
                }

                if (line.StartsWith(Listening, StringComparison.Ordinal))
                {
                    server.Address = new Uri(line[Listening.Length..].Split(',')[0].Trim());
                    _ = server._process.StandardOutput.ReadToEndAsync(CancellationToken.None);
                    return server;
                }
            }
        }
        catch (Exception)
        {
            server.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit(s_patience);
        }

        _process.Dispose();
    }
}
