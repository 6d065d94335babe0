using System.Collections.Frozen;
using System.Data.Common;
using System.Security.Cryptography;
using Serilog;

namespace WasmActors.Host.Access;

/// <summary>
/// The API keys as this node knows them. Every two seconds it reads the number of changes from the database, and the keys if it has grown: a key that
/// was revoked through another node soon is no longer accepted. A token that does not fit is looked up in the same way before it is rejected, at most
/// five times a second for all of them. While the database does not answer, the known keys remain valid.
/// </summary>
/// <remarks>Rejecting takes equally long whether the key exists or not, so nobody can find out by time which ids exist.</remarks>
internal sealed class ApiKeys : IAsyncDisposable
{
    private static readonly TimeSpan s_often = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_atMost = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    // Changes that were made without raising the revision: by hand, or by a node of an earlier version.
    private static readonly TimeSpan s_readAnyway = TimeSpan.FromMinutes(1);

    // Stands in for a key that does not exist, so that its secret costs a hash too.
    private static readonly ApiKey s_nobody = new("", "", [], RandomNumberGenerator.GetBytes(SHA256.HashSizeInBytes), default, new KeyLimits(null, null, null, null));

    private readonly IKeyStore _store;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _end = new();
    private readonly SemaphoreSlim _refreshing = new(1);
    private readonly Task _refreshes;
    private volatile FrozenDictionary<string, KeyHolder> _known = FrozenDictionary<string, KeyHolder>.Empty;
    private long _triedAt;
    private long _readAt;
    private long _revision = -1;
    private int _failing;

    private ApiKeys(IKeyStore store, TimeProvider clock, ILogger logger)
    {
        _store = store;
        _clock = clock;
        _logger = logger;
        _refreshes = RefreshOftenAsync();
    }

    /// <summary>Whether a key has the scope admin.</summary>
    public bool HasAdmin => _known.Values.Any(static holder => holder.Key.Allows(ApiScope.Admin));

    /// <summary>Reads the keys.</summary>
    /// <exception cref="DbException">The database does not answer.</exception>
    public static async Task<ApiKeys> OpenAsync(IKeyStore store, TimeProvider clock, ILogger logger, CancellationToken cancellation)
    {
        var keys = new ApiKeys(store, clock, logger);
        try
        {
            await keys.RefreshAsync(TimeSpan.Zero, cancellation).ConfigureAwait(false);
            return keys;
        }
        catch (Exception)
        {
            await keys.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Finds the key that a token is for, with its secret checked; null where there is none. Allocates nothing where the key is known.</summary>
    public ValueTask<KeyHolder?> FindAsync(ReadOnlySpan<char> token, CancellationToken cancellation)
    {
        if (!ApiKey.TryParse(token, out var id, out var secret))
        {
            return default;
        }

        return Known(id, secret) is { } holder ? ValueTask.FromResult<KeyHolder?>(holder) : FindNewAsync(token.ToString(), cancellation);
    }

    /// <summary>Whether a key that was found earlier has not been revoked since.</summary>
    public bool IsKnown(KeyHolder holder) => _known.TryGetValue(holder.Key.Id, out var known) && ReferenceEquals(known, holder);

    /// <summary>The keys, by name.</summary>
    /// <exception cref="DbException">The database does not answer.</exception>
    public Task<IReadOnlyList<ApiKey>> ListAsync(CancellationToken cancellation) => _store.ListAsync(cancellation);

    /// <summary>Adds a key; it can be used when this is done, at this node at once.</summary>
    /// <returns>False where there is one with its name.</returns>
    /// <exception cref="DbException">The database does not answer.</exception>
    public async Task<bool> AddAsync(ApiKey key, CancellationToken cancellation)
    {
        bool added = await _store.AddAsync(key, cancellation).ConfigureAwait(false);
        await RefreshAsync(TimeSpan.Zero, cancellation).ConfigureAwait(false);
        return added;
    }

    /// <summary>Revokes a key, but not the last one with the scope admin. When this is done, this node no longer accepts the key.</summary>
    /// <exception cref="DbException">The database does not answer.</exception>
    public async Task<KeyRemoval> RemoveAsync(string id, CancellationToken cancellation)
    {
        var removed = await _store.RemoveAsync(id, cancellation).ConfigureAwait(false);
        await RefreshAsync(TimeSpan.Zero, cancellation).ConfigureAwait(false);
        return removed;
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        await _refreshes.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var holder in _known.Values)
        {
            holder.Dispose();
        }

        _refreshing.Dispose();
        _end.Dispose();
    }

    private KeyHolder? Known(ReadOnlySpan<char> id, ReadOnlySpan<char> secret)
    {
        bool exists = _known.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(id, out var holder);
        bool fits = (exists ? holder!.Key : s_nobody).IsSecret(secret);
        return exists && fits ? holder : null;
    }

    private async ValueTask<KeyHolder?> FindNewAsync(string token, CancellationToken cancellation)
    {
        // It may have been made since the keys were read. One whose secret does not fit waits as well: an answer that comes at once would say that the id exists.
        var rest = s_atMost - _clock.GetElapsedTime(Volatile.Read(ref _triedAt));
        if (rest > TimeSpan.Zero)
        {
            await Task.Delay(rest, _clock, cancellation).ConfigureAwait(false);
        }

        await TryRefreshAsync(s_atMost, cancellation).ConfigureAwait(false);
        return ApiKey.TryParse(token, out var id, out var secret) ? Known(id, secret) : null;
    }

    private async Task RefreshOftenAsync()
    {
        using var timer = new PeriodicTimer(s_often, _clock);
        while (await timer.WaitForNextTickAsync(_end.Token).ConfigureAwait(false))
        {
            await TryRefreshAsync(TimeSpan.Zero, _end.Token).ConfigureAwait(false);
        }
    }

    // Whatever fails, the next round comes: keys that are revoked must not go on for good. Told once, not for each request that shows an unknown key.
    private async Task TryRefreshAsync(TimeSpan notBefore, CancellationToken cancellation)
    {
        try
        {
            bool wereRead = await RefreshAsync(notBefore, cancellation).ConfigureAwait(false);
            if (wereRead && Interlocked.Exchange(ref _failing, 0) == 1)
            {
                _logger.Information("The API keys can be read again");
            }
        }
        catch (Exception failure) when (!cancellation.IsCancellationRequested)
        {
            if (Interlocked.Exchange(ref _failing, 1) == 0)
            {
                _logger.Warning(failure, "The API keys cannot be read; those that were known go on, and it is tried again every {Often}", s_often);
            }
        }
    }

    // Reads them, unless they were read, or could not be, so short a time ago: false then.
    private async Task<bool> RefreshAsync(TimeSpan notBefore, CancellationToken cancellation)
    {
        if (IsFresh(notBefore))
        {
            return false;
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _end.Token);
        patience.CancelAfter(s_patience);
        await _refreshing.WaitAsync(patience.Token).ConfigureAwait(false);
        try
        {
            if (IsFresh(notBefore))
            {
                return false;
            }

            // Read before the keys: what changes in between is read again.
            long revision = await _store.RevisionAsync(patience.Token).ConfigureAwait(false);
            if (revision != _revision || _clock.GetElapsedTime(_readAt) >= s_readAnyway)
            {
                Take(await _store.ListAsync(patience.Token).ConfigureAwait(false));
                _revision = revision;
                _readAt = _clock.GetTimestamp();
            }

            return true;
        }
        finally
        {
            Volatile.Write(ref _triedAt, _clock.GetTimestamp());
            _refreshing.Release();
        }
    }

    // A key never changes: what it has used of its limits stays with it.
    private void Take(IReadOnlyList<ApiKey> stored)
    {
        var known = _known;
        if (stored.Count != known.Count || stored.Any(key => !known.ContainsKey(key.Id)))
        {
            _known = stored.ToFrozenDictionary(
                static key => key.Id,
                key => known.TryGetValue(key.Id, out var holder) ? holder : new KeyHolder(key),
                StringComparer.Ordinal);
        }
    }

    private bool IsFresh(TimeSpan notBefore) => _clock.GetElapsedTime(Volatile.Read(ref _triedAt)) < notBefore;
}
