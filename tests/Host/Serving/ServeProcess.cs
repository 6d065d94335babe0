using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using WasmActors.Host.Tests.Cli;

namespace WasmActors.Host.Tests.Serving;

/// <summary>A running <c>wasmactors serve</c>, a process of its own on free ports of the loopback.</summary>
internal sealed class ServeProcess : IAsyncDisposable
{
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private const string Listening = "Listening at ";
    private const string FirstKey = "It is shown this once: ";

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly TaskCompletionSource<string> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _reading;
    private readonly Task<string> _errors;

    private ServeProcess(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync();
        _reading = ReadAsync();
    }

    /// <summary>Where it listens.</summary>
    public string Address => _address.Task.Result;

    /// <summary>The key that the first start printed, or null.</summary>
    public string? Key { get; private set; }

    /// <summary>A client with that key.</summary>
    public HttpClient Client { get; private set; } = null!;

    /// <summary>What it has written on standard output.</summary>
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

    /// <summary>Starts it and waits until it listens.</summary>
    /// <param name="folder">Where its data folder is.</param>
    /// <param name="args">Options behind <c>serve</c>; the address is set already.</param>
    public static async Task<ServeProcess> StartAsync(TempFolder folder, params string[] args)
    {
        var serve = new ServeProcess(ProgramRun.Start(folder, ["serve", "--url", "http://127.0.0.1:0", .. args]));
        try
        {
            string address = await serve._address.Task.WaitAsync(Patience);
            serve.Client = serve.ClientWith(serve.Key);
            serve.Client.BaseAddress = new Uri(address);
            return serve;
        }
        catch (Exception)
        {
            await serve.DisposeAsync();
            throw;
        }
    }

    /// <summary>Another client, with another key or none.</summary>
    public HttpClient ClientWith(string? key)
    {
        var client = new HttpClient { BaseAddress = new Uri(Address), Timeout = Patience };
        if (key is not null)
        {
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }

        return client;
    }

    /// <summary>Asks it to stop, as a service manager does.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> StopAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync().WaitAsync(Patience);
        return await ExitAsync();
    }

    /// <summary>Waits for its end.</summary>
    public async Task<int> ExitAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(Patience);
        await _reading.WaitAsync(Patience);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        Client?.Dispose();
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync().WaitAsync(Patience);
        }

        _process.Dispose();
    }

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
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
                _address.TrySetResult(line[Listening.Length..].Split(',')[0].Trim());
            }
        }

        _address.TrySetException(new InvalidOperationException($"serve ended before it listened.\n{Output}\n{await _errors}"));
    }
}
