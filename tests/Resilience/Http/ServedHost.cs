using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace WasmActors.Resilience.Http;

/// <summary>A process of <c>wasmactors serve</c>.</summary>
internal sealed class ServedHost : IAsyncDisposable
{
    private const string Listening = "Listening at ";
    private const string FirstKey = "It is shown this once: ";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(90);

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly TaskCompletionSource<Uri> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _reading;
    private readonly Task<string> _errors;

    private ServedHost(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync();
        _reading = ReadAsync();
    }

    /// <summary>Where it listens.</summary>
    internal Uri Address => _address.Task.Result;

    /// <summary>The key that it printed; null for none.</summary>
    internal string? Key { get; private set; }

    internal bool IsAlive => !_process.HasExited;

    /// <summary>What it has written, where it matters.</summary>
    internal string Tail
    {
        get
        {
            lock (_output)
            {
                string all = _output.ToString();
                return all[Math.Max(0, all.Length - 4000)..];
            }
        }
    }

    /// <summary>Starts it and waits until it listens.</summary>
    /// <param name="folder">Where it keeps its data.</param>
    /// <param name="open">Whether it asks for no keys.</param>
    internal static async Task<ServedHost> StartAsync(string folder, bool open)
    {
        string config = Path.Combine(folder, "settings.json");
        await File.WriteAllTextAsync(config, """
            { "WasmActors": { "Http": { "SlowClient": "2s", "MaxBodyBytes": "1MiB" }, "Telemetry": { "Metrics": true } },
              "Serilog": { "MinimumLevel": { "Default": "Warning" } } }
            """).ConfigureAwait(false);
        var start = new ProcessStartInfo(Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet")
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string argument in (string[])[Path.Combine(AppContext.BaseDirectory, "wasmactors.dll"), "serve", "--config", config, "--url", "http://127.0.0.1:0", .. open ? (string[])["--open"] : []])
        {
            start.ArgumentList.Add(argument);
        }

        var served = new ServedHost(Process.Start(start)!);
        try
        {
            await served._address.Task.WaitAsync(s_patience).ConfigureAwait(false);
            return served;
        }
        catch (Exception)
        {
            await served.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Asks it to stop, as a service manager does.</summary>
    /// <returns>Its exit code.</returns>
    internal async Task<int> StopAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await _process.WaitForExitAsync().WaitAsync(s_patience).ConfigureAwait(false);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync().WaitAsync(s_patience).ConfigureAwait(false);
        }

        await _reading.WaitAsync(s_patience).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _process.Dispose();
    }

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync().ConfigureAwait(false) is { } line)
        {
            lock (_output)
            {
                _output.AppendLine(line);
            }

            if (line.IndexOf(FirstKey, StringComparison.Ordinal) is >= 0 and var at)
            {
                Key = line[(at + FirstKey.Length)..].Trim();
            }

            if (line.StartsWith(Listening, StringComparison.Ordinal))
            {
                _address.TrySetResult(new Uri(line[Listening.Length..].Split(',')[0].Trim()));
            }
        }

        _address.TrySetException(new InvalidOperationException($"serve ended before it listened.\n{Tail}\n{await _errors.ConfigureAwait(false)}"));
    }
}
