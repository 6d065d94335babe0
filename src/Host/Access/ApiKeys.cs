using System.Collections.Frozen;
using System.Data.Common;
using Serilog;
using WasmActors.Host.Persistence;

namespace WasmActors.Host.Access;

/// <summary>
/// The API keys as this node knows them: read from the database every two seconds, so that a key that was revoked through another node
/// soon stops to be taken; and at once, though not more than five times a second, where somebody shows a key that is not known yet.
/// While the database does not answer, those go on that were known.
/// </summary>
internal sealed class ApiKeys : IAsyncDisposable
{
    private static readonly TimeSpan s_often = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_atMost = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    private readonly SqlKeyStore _store;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _end = new();
    private readonly SemaphoreSlim _refreshing = new(1);
    private readonly Task _refreshes;
    private volatile FrozenDictionary<string, KeyHolder> _known = FrozenDictionary<string, KeyHolder>.Empty;
    private long _triedAt;
    private int _failing;

    private ApiKeys(SqlKeyStore store, TimeProvider clock, ILogger logger)
    {
        _store = store;
        _clock = clock;
        _logger = logger;
        _refreshes = RefreshOftenAsync();
    }

    /// <summary>Reads the keys.</summary>
    /// <exception cref="DbException">The database does not answer.</exception>
    public static async Task<ApiKeys> OpenAsync(SqlKeyStore store, TimeProvider clock, ILogger logger, CancellationToken cancellation)
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

        return _known.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(id, out var holder)
            ? ValueTask.FromResult(holder.Key.IsSecret(secret) ? holder : null)
            : FindNewAsync(token.ToString(), cancellation);
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

    /// <summary>Revokes a key; this node takes it no more when this is done.</summary>
    /// <returns>False where there is none.</returns>
    /// <exception cref="DbException">The database does not answer.</exception>
    public async Task<bool> RemoveAsync(string id, CancellationToken cancellation)
    {
        bool removed = await _store.RemoveAsync(id, cancellation).ConfigureAwait(false);
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

    private async ValueTask<KeyHolder?> FindNewAsync(string token, CancellationToken cancellation)
    {
        // It may have been made since they were read: it is not refused before they were read once more.
        var rest = s_atMost - _clock.GetElapsedTime(Volatile.Read(ref _triedAt));
        if (rest > TimeSpan.Zero)
        {
            await Task.Delay(rest, _clock, cancellation).ConfigureAwait(false);
        }

        await TryRefreshAsync(s_atMost, cancellation).ConfigureAwait(false);
        return ApiKey.TryParse(token, out var id, out var secret)
            && _known.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(id, out var holder)
            && holder.Key.IsSecret(secret) ? holder : null;
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

            Take(await _store.ListAsync(patience.Token).ConfigureAwait(false));
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
