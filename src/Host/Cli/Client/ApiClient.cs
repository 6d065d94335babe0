using System.Net.Http.Headers;
using WasmActors.Runtime.Failures;

namespace WasmActors.Host.Cli.Client;

/// <summary>Asks a server. Follows no redirections, so that the key goes to nobody else.</summary>
/// <remarks>Answers are read up to a bound. Owns its connections.</remarks>
internal sealed class ApiClient : IDisposable
{
    // Room for the largest output that a function may have, and for lists.
    private const int MaxAnswerBytes = 65 << 20;
    private const int ReadBytes = 64 << 10;
    private static readonly TimeSpan s_connectTime = TimeSpan.FromSeconds(10);

    private readonly HttpClient _http;
    private readonly string _root;
    private readonly string? _key;

    /// <summary>Makes a client; nothing is sent yet.</summary>
    /// <param name="server">Scheme, host and perhaps a path in front of <c>/v1</c>.</param>
    /// <param name="key">The API key; null for none.</param>
    /// <param name="timeout">Longest time of one request with its answer.</param>
    public ApiClient(Uri server, string? key, TimeSpan timeout)
    {
        _root = server.GetLeftPart(UriPartial.Path).TrimEnd('/');
        _key = key;
        Timeout = timeout;
        _http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = !server.IsLoopback,
            ConnectTimeout = s_connectTime,
        })
        {
            Timeout = System.Threading.Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>Longest time of one request with its answer.</summary>
    public TimeSpan Timeout { get; }

    public void Dispose() => _http.Dispose();

    /// <summary>Sends a request and reads the answer.</summary>
    /// <param name="method">Its method.</param>
    /// <param name="path">Path and query below the server's address, from <c>/v1</c> on, escaped; see <see
    /// cref="ApiPath"/>.</param>
    /// <param name="content">Its body; disposed. Null for none.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <param name="headers">Further headers by name.</param>
    /// <exception cref="ServerFailure">The server refused, does not answer, or answers what cannot be
    /// understood.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public async Task<ApiAnswer> SendAsync(HttpMethod method, string path, HttpContent? content, CancellationToken cancellation, params IEnumerable<(string Name, string? Value)> headers)
    {
        using var request = new HttpRequestMessage(method, new Uri(_root + path, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true })) { Content = content };
        if (_key is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _key);
        }

        foreach (var (name, value) in headers)
        {
            if (value is not null)
            {
                request.Headers.Add(name, value);
            }
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Timeout);
        string what = $"{method} {_root}{path}";
        try
        {
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token).ConfigureAwait(false);
            byte[] body = await ReadAsync(response, what, patience.Token).ConfigureAwait(false);
            return response.IsSuccessStatusCode
                ? new ApiAnswer(what, (int)response.StatusCode, response.Headers, body)
                : throw ProblemReader.Read(what, response, body);
        }
        catch (OperationCanceledException late) when (!cancellation.IsCancellationRequested)
        {
            throw patience.IsCancellationRequested
                ? new ServerFailure(ServerErrorCode.Timeout, $"{what} was not answered within {Timeout.TotalSeconds} s. It may have been carried out.", late)
                : new ServerFailure(ServerErrorCode.Unreachable, $"{_root} did not take a connection within {s_connectTime.TotalSeconds} s.", late);
        }
        catch (HttpRequestException failed)
        {
            throw Unreachable(what, failed, failed.HttpRequestError);
        }
        catch (IOException broken)
        {
            throw Unreachable(what, broken, (broken as HttpIOException)?.HttpRequestError ?? HttpRequestError.Unknown);
        }
    }

    private static async Task<byte[]> ReadAsync(HttpResponseMessage response, string what, CancellationToken cancellation)
    {
        var stream = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            using var body = new MemoryStream();
            byte[] part = new byte[ReadBytes];
            while (await stream.ReadAsync(part, cancellation).ConfigureAwait(false) is > 0 and int count)
            {
                body.Write(part, 0, count);
                if (body.Length > MaxAnswerBytes)
                {
                    throw new ServerFailure(ServerErrorCode.BadAnswer, $"{what} was answered with more than {MaxAnswerBytes} bytes, more than a server has to say.") { Status = (int)response.StatusCode };
                }
            }

            return body.ToArray();
        }
    }

    private ServerFailure Unreachable(string what, Exception failed, HttpRequestError error)
    {
        string reason = GuestText.MessageOf(failed.InnerException is { } inner && error is HttpRequestError.SecureConnectionError ? inner : failed);
        return error switch
        {
            HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError =>
                new ServerFailure(ServerErrorCode.Unreachable, $"{_root} cannot be reached: {reason}", failed),
            HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded or HttpRequestError.HttpProtocolError =>
                new ServerFailure(ServerErrorCode.BadAnswer, $"{what} was answered with something that is no HTTP: {reason}", failed),
            _ => new ServerFailure(ServerErrorCode.Unreachable, $"The connection was lost before {what} was answered; it may have been carried out. {reason}", failed),
        };
    }
}
