using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace WasmActors.Resilience.Clustering;

/// <summary>
/// Calls functions on whichever node of a cluster is there, in turn. A node that refuses a connection, breaks or ends one, is spared for a while. What surely did
/// not run is sent to the next one while there is time; what may have run is not sent again.
/// </summary>
internal sealed class SpreadClient : IDisposable
{
    /// <summary>How much later than its time a call's answer is waited for: the node that answers for another one that is lost waits half a second itself.</summary>
    internal static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(1.5);

    private static readonly TimeSpan s_absent = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan s_leaves = TimeSpan.FromSeconds(6); // longer than a stop takes: a connection that is idle when the node closes it may break a call
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);

    private readonly HttpClient[] _nodes;
    private readonly long[] _sparedUntil;
    private int _next;

    internal SpreadClient(IEnumerable<Uri> nodes)
    {
        _nodes = [.. nodes.Select(static uri => new HttpClient(new SocketsHttpHandler { ConnectTimeout = Tolerance }) { BaseAddress = uri, Timeout = Timeout.InfiniteTimeSpan })];
        _sparedUntil = new long[_nodes.Length];
    }

    /// <summary>Makes a call.</summary>
    /// <param name="path">The call's path.</param>
    /// <param name="arguments">JSON.</param>
    /// <param name="within">The call's time.</param>
    /// <param name="identity">The call's idempotency key; null for none.</param>
    internal async Task<CallOutcome> CallAsync(string path, string arguments, TimeSpan within, string? identity = null)
    {
        var clock = TimeProvider.System;
        long began = clock.GetTimestamp();
        using var late = new CancellationTokenSource(within + Tolerance);
        var last = new CallOutcome(CallEnd.Untaken, -1, "");
        while (within - clock.GetElapsedTime(began) is var left && left > TimeSpan.Zero)
        {
            int node = NextNode();
            var (outcome, again) = await SendAsync(node, path, arguments, left, identity, late.Token).ConfigureAwait(false);
            if (!again)
            {
                return outcome;
            }

            last = outcome;
            if (outcome.Kind == CallEnd.Failure || Array.TrueForAll(_sparedUntil, IsSpared))
            {
                await Task.Delay(s_pause).ConfigureAwait(false);
            }
        }

        return last;
    }

    public void Dispose()
    {
        foreach (var node in _nodes)
        {
            node.Dispose();
        }
    }

    private async Task<(CallOutcome Outcome, bool Again)> SendAsync(int node, string path, string arguments, TimeSpan left, string? identity, CancellationToken late)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(arguments, Encoding.UTF8, new MediaTypeHeaderValue("application/json")) };
        request.Headers.Add("Call-Timeout", string.Create(CultureInfo.InvariantCulture, $"{Math.Max(1, (int)left.TotalMilliseconds)}ms"));
        if (identity is not null)
        {
            request.Headers.Add("Idempotency-Key", identity);
        }

        try
        {
            using var response = await _nodes[node].SendAsync(request, late).ConfigureAwait(false);
            if (response.Headers.ConnectionClose == true)
            {
                Spare(node, s_leaves); // it is about to stop
            }

            string body = await response.Content.ReadAsStringAsync(late).ConfigureAwait(false);
            return Read(node, response.StatusCode, body);
        }
        catch (OperationCanceledException)
        {
            return (new CallOutcome(CallEnd.Late, node, "no answer"), false);
        }
        catch (HttpRequestException failure) when (failure.HttpRequestError is HttpRequestError.ConnectionError)
        {
            Spare(node, s_absent);
            return (new CallOutcome(CallEnd.Untaken, node, "refused"), true);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            Spare(node, s_absent);
            return (new CallOutcome(CallEnd.Broken, node, $"{failure.Message} {failure.InnerException?.Message}"), false);
        }
    }

    private static (CallOutcome Outcome, bool Again) Read(int node, HttpStatusCode status, string body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            if (status == HttpStatusCode.OK)
            {
                var result = json.RootElement.GetProperty("results")[0];
                return (new CallOutcome(CallEnd.Result, node, result.ValueKind == JsonValueKind.String ? result.GetString()! : result.GetRawText()), false);
            }

            string code = json.RootElement.GetProperty("code").GetString()!;
            bool mayHaveRun = json.RootElement.GetProperty("mayHaveRun").GetBoolean();
            return (new CallOutcome(CallEnd.Failure, node, $"{code}, {(mayHaveRun ? "may have run" : "did not run")}"), status == HttpStatusCode.ServiceUnavailable && !mayHaveRun);
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return (new CallOutcome(CallEnd.NoAnswer, node, $"{(int)status}: {body}"), false);
        }
    }

    private int NextNode()
    {
        int first = (int)((uint)Interlocked.Increment(ref _next) % (uint)_nodes.Length);
        for (int i = 0; i < _nodes.Length; i++)
        {
            int node = (first + i) % _nodes.Length;
            if (!IsSpared(Volatile.Read(ref _sparedUntil[node])))
            {
                return node;
            }
        }

        return first;
    }

    private void Spare(int node, TimeSpan time) =>
        Volatile.Write(ref _sparedUntil[node], TimeProvider.System.GetTimestamp() + (long)(time.TotalSeconds * TimeProvider.System.TimestampFrequency));

    private static bool IsSpared(long until) => TimeProvider.System.GetTimestamp() < until;
}
