using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace WasmActors.Resilience.Http;

/// <summary>A connection that writes whatever it is given and reads answers by HTTP/1.1's rules; made again when it was closed.</summary>
internal sealed class HttpExchange(Uri address) : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly byte[] _buffer = new byte[64 << 10];
    private TcpClient? _tcp;
    private int _start;
    private int _end;

    /// <summary>Writes a request and reads its answer.</summary>
    /// <param name="request">Its bytes.</param>
    /// <param name="hasBody">Whether its answer has a body: not that of HEAD.</param>
    /// <returns>The answer; null where the host closed the connection without one.</returns>
    /// <exception cref="TimeoutException">Neither came.</exception>
    internal async Task<HttpAnswer?> SendAsync(byte[] request, bool hasBody = true)
    {
        using var patience = new CancellationTokenSource(s_patience);
        try
        {
            bool fresh = _tcp is null;
            var answer = await TryAsync(request, hasBody, patience.Token).ConfigureAwait(false);

            // A connection that was kept may have been closed meanwhile: that says nothing of this request.
            return answer is null && !fresh ? await TryAsync(request, hasBody, patience.Token).ConfigureAwait(false) : answer;
        }
        catch (OperationCanceledException late)
        {
            Close();
            throw new TimeoutException("The host neither answered nor closed the connection.", late);
        }
    }

    /// <summary>Closes the connection; the next request has a new one.</summary>
    public void Dispose() => Close();

    private async Task<HttpAnswer?> TryAsync(byte[] request, bool hasBody, CancellationToken cancellation)
    {
        try
        {
            if (_tcp is null)
            {
                _tcp = new TcpClient { NoDelay = true };
                await _tcp.ConnectAsync(address.Host, address.Port, cancellation).ConfigureAwait(false);
                _start = _end = 0;
            }

            var reading = ReadAsync(hasBody, cancellation);
            try
            {
                await _tcp.GetStream().WriteAsync(request, cancellation).ConfigureAwait(false);
            }
            catch (IOException)
            {
                // It may have answered before it took all.
            }

            var answer = await reading.ConfigureAwait(false);
            if (answer is null || answer.Closes)
            {
                Close();
            }

            return answer;
        }
        catch (Exception failure) when (failure is IOException or SocketException)
        {
            Close();
            return null;
        }
    }

    private async Task<HttpAnswer?> ReadAsync(bool hasBody, CancellationToken cancellation)
    {
        if (await LineAsync(cancellation).ConfigureAwait(false) is not { } first)
        {
            return null;
        }

        if (!first.StartsWith("HTTP/1.1 ", StringComparison.Ordinal))
        {
            throw new InvalidDataException($"The host answered '{first}'.");
        }

        int status = int.Parse(first.AsSpan(9, 3), CultureInfo.InvariantCulture);
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while (await LineAsync(cancellation).ConfigureAwait(false) is { Length: > 0 } line)
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            headers[line[..colon]] = line[(colon + 1)..].Trim();
        }

        if (status is 100)
        {
            return await ReadAsync(hasBody, cancellation).ConfigureAwait(false);
        }

        byte[] body = !hasBody ? []
            : headers.TryGetValue("Content-Length", out string? length) ? await BytesAsync(int.Parse(length, CultureInfo.InvariantCulture), cancellation).ConfigureAwait(false)
            : headers.ContainsKey("Transfer-Encoding") ? await ChunksAsync(cancellation).ConfigureAwait(false)
            : [];
        return new HttpAnswer(status, headers, body);
    }

    private async Task<byte[]> ChunksAsync(CancellationToken cancellation)
    {
        using var all = new MemoryStream();
        while (int.Parse(await LineAsync(cancellation).ConfigureAwait(false) ?? "", NumberStyles.HexNumber, CultureInfo.InvariantCulture) is > 0 and var size)
        {
            all.Write(await BytesAsync(size, cancellation).ConfigureAwait(false));
            await LineAsync(cancellation).ConfigureAwait(false);
        }

        await LineAsync(cancellation).ConfigureAwait(false);
        return all.ToArray();
    }

    private async Task<byte[]> BytesAsync(int count, CancellationToken cancellation)
    {
        byte[] bytes = new byte[count];
        for (int at = 0; at < count;)
        {
            if (_start == _end && !await FillAsync(cancellation).ConfigureAwait(false))
            {
                throw new InvalidDataException($"The connection ended {count - at} bytes before the end of an answer.");
            }

            int now = Math.Min(count - at, _end - _start);
            _buffer.AsSpan(_start, now).CopyTo(bytes.AsSpan(at));
            _start += now;
            at += now;
        }

        return bytes;
    }

    private async Task<string?> LineAsync(CancellationToken cancellation)
    {
        var line = new StringBuilder();
        while (true)
        {
            if (_start == _end && !await FillAsync(cancellation).ConfigureAwait(false))
            {
                return line.Length == 0 ? null : throw new InvalidDataException($"The connection ended in the line '{line}'.");
            }

            char c = (char)_buffer[_start++];
            if (c == '\n')
            {
                return line.ToString();
            }

            if (c != '\r')
            {
                line.Append(c);
            }
        }
    }

    private async Task<bool> FillAsync(CancellationToken cancellation)
    {
        _start = 0;
        _end = await _tcp!.GetStream().ReadAsync(_buffer, cancellation).ConfigureAwait(false);
        return _end > 0;
    }

    private void Close()
    {
        _tcp?.Dispose();
        _tcp = null;
    }
}
