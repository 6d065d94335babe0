using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace WasmActors.Processes;

/// <summary>A running <c>wasmactors serve</c>, a process of its own. It is killed when it is disposed.</summary>
public sealed class NodeProcess : IAsyncDisposable
{
    /// <summary>Longer than anything of a node takes on a working machine.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly TaskCompletionSource _listens = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _reading;

    private NodeProcess(NodePlace place, Process process)
    {
        Place = place;
        _process = process;
        _reading = ReadAsync(process);
    }

    /// <summary>Where it runs.</summary>
    public NodePlace Place { get; }

    /// <summary>Whether its process has ended.</summary>
    public bool HasEnded => _process.HasExited;

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

    /// <summary>Starts it, for whoever reaches its address, and does not wait.</summary>
    public static NodeProcess Start(NodePlace place)
    {
        ArgumentNullException.ThrowIfNull(place);
        string dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        string[] serve = [Path.Combine(AppContext.BaseDirectory, "wasmactors.dll"), "serve", "--open", "--data", place.Name, "--url", place.Url.GetLeftPart(UriPartial.Authority)];
        var start = place.Namespace is { } network
            ? new ProcessStartInfo("ip", ["netns", "exec", network, dotnet, .. serve])
            : new ProcessStartInfo(dotnet, serve);
        start.WorkingDirectory = place.Folder;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        start.Environment["WasmActors__Node__Bind"] = place.Bind;
        start.Environment["WasmActors__Node__Port"] = place.Port.ToString(CultureInfo.InvariantCulture);
        foreach (var (name, value) in place.Settings)
        {
            start.Environment[$"WasmActors__{name.Replace(":", "__", StringComparison.Ordinal)}"] = value;
        }

        return new NodeProcess(place, Process.Start(start)!);
    }

    /// <summary>Waits until it listens, which it does as a member that knows the catalogue.</summary>
    /// <exception cref="InvalidOperationException">It ended instead.</exception>
    public Task ListensAsync() => _listens.Task.WaitAsync(Patience);

    /// <summary>Kills it, with SIGKILL, and waits for its end.</summary>
    public Task<int> KillAsync()
    {
        _process.Kill();
        return ExitAsync();
    }

    /// <summary>Asks it to stop, with SIGTERM, and waits for its end.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> StopAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync().WaitAsync(Patience).ConfigureAwait(false);
        return await ExitAsync().ConfigureAwait(false);
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

        _process.Dispose();
    }

    private async Task ReadAsync(StreamReader reader)
    {
        while (await reader.ReadLineAsync().ConfigureAwait(false) is { } line)
        {
            lock (_output)
            {
                _output.AppendLine(line);
            }

            if (line.StartsWith("Listening at ", StringComparison.Ordinal))
            {
                _listens.TrySetResult();
            }
        }
    }

    // What it said last is on the other stream than what ends first.
    private async Task ReadAsync(Process process)
    {
        await Task.WhenAll(ReadAsync(process.StandardOutput), ReadAsync(process.StandardError)).ConfigureAwait(false);
        _listens.TrySetException(new InvalidOperationException($"{Place.Name} ended before it listened.\n{Output}"));
    }
}
