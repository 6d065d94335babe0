using System.Text;
using Microsoft.AspNetCore.Http;
using WasmActors.Actors.Handles;
using WasmActors.Functions.Api;
using WasmActors.Host.Cluster;
using WasmActors.Host.Contracts;
using WasmActors.Runtime.Failures;

namespace WasmActors.Host.Http;

/// <summary>Whether the process lives, and whether its node can carry calls out.</summary>
internal sealed class HealthEndpoints(Node node)
{
    private const int Shards = 4;
    private static readonly byte[] s_ok = Encoding.ASCII.GetBytes("ok\n");
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_fresh = TimeSpan.FromSeconds(1);

    // A name that nobody deploys a function under.
    private readonly string _probed = $"readyz-{Guid.NewGuid():N}";
    private readonly Lock _lock = new();
    private readonly string _key = node.Members.SelfAddress.ToString();
    private Task<string?>? _probe;
    private long _probedAt;
    private volatile bool _stopping;

    /// <summary>From now on the node is not ready: it takes what still comes, and asks for no more.</summary>
    public void Stop() => _stopping = true;

    public static Task LiveAsync(HttpContext context) => OkAsync(context);

    public async Task ReadyAsync(HttpContext context)
    {
        string? problem = _stopping ? "The node is stopping." : await ProbeAsync().WaitAsync(context.RequestAborted).ConfigureAwait(false);
        await (problem is null ? OkAsync(context) : throw new ApiException(StatusCodes.Status503ServiceUnavailable, ApiErrorCode.NotReady, problem)).ConfigureAwait(false);
    }

    private static Task OkAsync(HttpContext context)
    {
        context.Response.ContentType = "text/plain";
        context.Response.ContentLength = s_ok.Length;
        return context.Response.Body.WriteAsync(s_ok, 0, s_ok.Length, context.RequestAborted);
    }

    // Anybody may ask, and many may at once: one round trip a second answers all.
    private Task<string?> ProbeAsync()
    {
        lock (_lock)
        {
            if (_probe is null || (_probe.IsCompleted && TimeProvider.System.GetElapsedTime(_probedAt) > s_fresh))
            {
                _probedAt = TimeProvider.System.GetTimestamp();
                _probe = ProbeAllAsync();
            }

            return _probe;
        }
    }

    private async Task<string?> ProbeAllAsync()
    {
        var works = node.Host.IsWorkingAsync(s_patience);
        string? problem = await RoundTripAsync().ConfigureAwait(false);
        return await works.ConfigureAwait(false) ? problem : $"No worker accepted work within {s_patience.TotalSeconds} s: all of them are held by guests or host functions that do not return.";
    }

    // Through several shards at once, of which one must answer: those of a node that has just died do not make the others unready.
    private async Task<string?> RoundTripAsync()
    {
        string? problem = null;
        await foreach (var trip in Task.WhenEach(Enumerable.Range(0, Shards).Select(RoundTripAsync)).ConfigureAwait(false))
        {
            problem = await trip.ConfigureAwait(false);
            if (problem is null)
            {
                return null;
            }
        }

        return problem;
    }

    // A keyed call of a function that is not there goes the whole way to the actor that would carry it out, on whichever node that is.
    private async Task<string?> RoundTripAsync(int shard)
    {
        try
        {
            await node.Functions.Get(_probed, $"{_key}/{shard}").SendAsync(FunctionRequest.Numbers(_probed, []), new CallOptions(s_patience)).ConfigureAwait(false);
            return null;
        }
        catch (WasmException answer) when (answer.Code == FunctionErrorCode.NotFound)
        {
            return null;
        }
        catch (WasmException failure)
        {
            return $"No round trip through a shard of the cluster came to its end: {failure.Message}";
        }
    }
}
