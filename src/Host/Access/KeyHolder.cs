using System.Threading.RateLimiting;

namespace WasmActors.Host.Access;

/// <summary>A key in use on this node, with what it has used of its limits.</summary>
internal sealed class KeyHolder : IDisposable
{
    private readonly TokenBucketRateLimiter? _rate;
    private readonly int _mostAtOnce;
    private int _underWay;

    public KeyHolder(ApiKey key)
    {
        Key = key;
        _mostAtOnce = key.Limits.Concurrency ?? int.MaxValue;
        if (key.Limits.RequestsPerSecond is { } rate)
        {
            // Tokens come in ten portions a second, or one at a time where there are fewer; never more at once than the burst.
            int burst = key.Limits.Burst ?? rate;
            int portion = Math.Clamp(rate / 10, 1, burst);
            _rate = new TokenBucketRateLimiter(new TokenBucketRateLimiterOptions
            {
                TokenLimit = burst,
                TokensPerPeriod = portion,
                ReplenishmentPeriod = TimeSpan.FromSeconds(portion / (double)rate),
                QueueLimit = 0,
                AutoReplenishment = false, // no timer, so that it need not be disposed while requests use it
            });
        }
    }

    /// <summary>The key.</summary>
    public ApiKey Key { get; }

    /// <summary>Begins a request, which <see cref="Leave"/> ends.</summary>
    /// <param name="retryAfter">When it is worth trying again, where it may not begin.</param>
    /// <param name="problem">Which limit it is, or null.</param>
    public bool TryEnter(out TimeSpan retryAfter, out string? problem)
    {
        retryAfter = TimeSpan.FromSeconds(1);
        problem = null;
        if (Interlocked.Increment(ref _underWay) > _mostAtOnce)
        {
            Interlocked.Decrement(ref _underWay);
            problem = $"{_mostAtOnce} requests of this API key are under way at this node, its limit";
            return false;
        }

        if (_rate is not null)
        {
            _rate.TryReplenish();
            using var lease = _rate.AttemptAcquire();
            if (!lease.IsAcquired)
            {
                Interlocked.Decrement(ref _underWay);
                if (lease.TryGetMetadata(MetadataName.RetryAfter, out var after))
                {
                    retryAfter = after;
                }

                problem = $"This API key has used its {Key.Limits.RequestsPerSecond} requests a second at this node";
                return false;
            }
        }

        return true;
    }

    /// <summary>Ends a request that was begun.</summary>
    public void Leave() => Interlocked.Decrement(ref _underWay);

    public void Dispose() => _rate?.Dispose();
}
