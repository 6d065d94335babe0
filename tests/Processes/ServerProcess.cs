using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;

namespace WasmActors.Processes;

/// <summary>A program that listens, a process of its own. It is killed when it is disposed.</summary>
public sealed class ServerProcess : IAsyncDisposable
{
    /// <summary>Longer than anything of a server takes on a working machine.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private const string Listening = "Listening at ";
    private const string FirstKey = "It is shown this once: ";

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly TaskCompletionSource<Uri> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _reading;
    private HttpClient? _client;

    private ServerProcess(Process process)
    {
        _process = process;
        _reading = ReadAsync();
    }

    /// <summary>The number of its process.</summary>
    public int Id => _process.Id;

    /// <summary>When its process began.</summary>
    public DateTime Began => _process.StartTime;

    /// <summary>Whether its process has ended.</summary>
    public bool HasEnded => _process.HasExited;

    /// <summary>Where it listens; only once it does.</summary>
    public Uri Address => _address.Task.IsCompletedSuccessfully ? _address.Task.Result : throw new InvalidOperationException("It does not listen yet.");

    /// <summary>The API key that it printed, or null.</summary>
    public string? Key { get; private set; }

    /// <summary>A client with that key; only once it listens.</summary>
    public HttpClient Client => _client ??= ClientWith(Key);

    /// <summary>What it has written.</summary>
    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    /// <summary>Processor time that it has used.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Memory of its own that lies in the machine's, in bytes.</summary>
    public long ResidentBytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>The way to start a program of .NET that lies beside this one.</summary>
    public static ProcessStartInfo StartOf(string folder, string program, params IEnumerable<string> args) =>
        new(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [Path.Combine(AppContext.BaseDirectory, program), .. args]) { WorkingDirectory = folder };

    /// <summary>Starts it, and does not wait.</summary>
    public static ServerProcess Start(ProcessStartInfo start)
    {
        ArgumentNullException.ThrowIfNull(start);
        start.UseShellExecute = false;
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        return new ServerProcess(Process.Start(start)!);
    }

    /// <summary>Starts it and waits until it listens.</summary>
    /// <exception cref="InvalidOperationException">It ended instead.</exception>
    public static async Task<ServerProcess> StartAsync(ProcessStartInfo start)
    {
        var server = Start(start);
        try
        {
            await server.ListensAsync().ConfigureAwait(false);
            return server;
        }
        catch (Exception)
        {
            await server.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Waits until it listens, which a node does as a member that knows the catalogue.</summary>
    /// <returns>Where.</returns>
    /// <exception cref="InvalidOperationException">It ended instead.</exception>
    public Task<Uri> ListensAsync() => _address.Task.WaitAsync(Patience);

    /// <summary>Another client, with another key or none.</summary>
    public HttpClient ClientWith(string? key)
    {
        var client = new HttpClient { BaseAddress = Address, Timeout = Patience };
        if (key is not null)
        {
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }

        return client;
    }

    /// <summary>Kills it, with SIGKILL, and waits for its end.</summary>
    public Task<int> KillAsync()
    {
        _process.Kill();
        return ExitAsync();
    }

    /// <summary>Asks it to stop, with SIGTERM as a service manager does, and waits for its end.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> StopAsync()
    {
        await SignalAsync("TERM").ConfigureAwait(false);
        return await ExitAsync().ConfigureAwait(false);
    }

    /// <summary>Pauses it, as a machine does that is moved or has too little memory.</summary>
    public Task PauseAsync() => SignalAsync("STOP");

    /// <summary>Lets it continue after a pause.</summary>
    public Task ContinueAsync() => SignalAsync("CONT");

    /// <summary>Sends it a signal.</summary>
    /// <param name="name">Its name without SIG.</param>
    public async Task SignalAsync(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync().WaitAsync(Patience).ConfigureAwait(false);
    }

    /// <summary>Waits for its end.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> ExitAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(Patience).ConfigureAwait(false);
        await _reading.WaitAsync(Patience).ConfigureAwait(false);
        return _process.ExitCode;
    }

    /// <summary>Kills it where it still runs, with all that it started.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync().WaitAsync(Patience).ConfigureAwait(false);
        }

        _client?.Dispose();
        _process.Dispose();
    }

    // What it said last is on the other stream than what ends first.
    private async Task ReadAsync()
    {
        await Task.WhenAll(ReadAsync(_process.StandardOutput), ReadAsync(_process.StandardError)).ConfigureAwait(false);
        _address.TrySetException(new InvalidOperationException($"{string.Join(' ', _process.StartInfo.ArgumentList)} ended before it listened.\n{Output}"));
    }

    private async Task ReadAsync(StreamReader reader)
    {
        while (await reader.ReadLineAsync().ConfigureAwait(false) is { } line)
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
    }
}
