using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace WasmActors.Host.Tests.Http;

/// <summary>A connection on which a test writes what no client library would.</summary>
internal sealed class RawHttp : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly TcpClient _tcp = new();

    private RawHttp()
    {
    }

    /// <summary>Connects.</summary>
    public static async Task<RawHttp> ConnectAsync(Uri host)
    {
        var raw = new RawHttp();
        await raw._tcp.ConnectAsync(host.Host, host.Port).WaitAsync(s_patience);
        return raw;
    }

    /// <summary>Connects, writes, and reads until the host closes; the status, 0 for no answer, and all of the answer.</summary>
    public static async Task<(int Status, string Text)> ExchangeAsync(Uri host, string request)
    {
        await using var raw = await ConnectAsync(host);
        await raw.WriteAsync(request);
        return await raw.ReadAsync();
    }

    /// <summary>Writes characters as the bytes that they are in Latin-1.</summary>
    public Task WriteAsync(string text) => _tcp.GetStream().WriteAsync(Encoding.Latin1.GetBytes(text)).AsTask().WaitAsync(s_patience);

    /// <summary>Reads until the host closes the connection.</summary>
    public async Task<(int Status, string Text)> ReadAsync()
    {
        using var all = new MemoryStream();
        try
        {
            await _tcp.GetStream().CopyToAsync(all).WaitAsync(s_patience);
        }
        catch (IOException)
        {
            // Reset: what came before counts.
        }

        string text = Encoding.Latin1.GetString(all.ToArray());
        return (text.StartsWith("HTTP/1.1 ", StringComparison.Ordinal) ? int.Parse(text.AsSpan(9, 3), CultureInfo.InvariantCulture) : 0, text);
    }

    /// <summary>Ends the connection as a process that dies does.</summary>
    public ValueTask DisposeAsync()
    {
        _tcp.LingerState = new LingerOption(enable: true, seconds: 0);
        _tcp.Dispose();
        return ValueTask.CompletedTask;
    }
}
