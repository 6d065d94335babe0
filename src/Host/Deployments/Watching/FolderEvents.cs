using System.Collections.Concurrent;
using System.Threading.Channels;
using Serilog;

namespace WasmActors.Host.Deployments.Watching;

/// <summary>
/// Wakes the watch of a folder when the system reports a change there, and keeps the names of what changed. Nothing relies on it: the folder is
/// scanned from time to time all the same.
/// </summary>
internal sealed class FolderEvents(string folder, ILogger logger) : IDisposable
{
    private const int MaxNames = 10_000;

    // Holds a token, not the changes: one is enough, and dropping the others is what it is for.
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly ConcurrentDictionary<string, bool> _names = new(StringComparer.Ordinal);
    private FileSystemWatcher? _watcher;
    private DateTime _created;
    private volatile bool _all;
    private volatile bool _broken;
    private bool _warned;

    /// <summary>Watches the folder that has the path now: after it was made anew, the old one's watcher hears nothing.</summary>
    /// <param name="exists">Whether the folder is there.</param>
    public void Arm(bool exists)
    {
        var created = exists ? Directory.GetCreationTimeUtc(folder) : default;
        if (_watcher is not null && created == _created && exists && !_broken)
        {
            return;
        }

        _watcher?.Dispose();
        _watcher = null;
        (_created, _broken, _all) = (created, false, true);
        if (exists)
        {
            _watcher = TryStart();
        }
    }

    /// <summary>Takes the names of the files that changed since the last time; null for all files.</summary>
    public IReadOnlySet<string>? Take()
    {
        bool all = _all;
        _all = false;
        var taken = new HashSet<string>(_names.Keys, StringComparer.Ordinal);
        foreach (string name in taken)
        {
            _names.TryRemove(name, out _);
        }

        return all ? null : taken;
    }

    /// <summary>Waits until something changes, and no longer than given.</summary>
    public async Task WaitAsync(TimeSpan atMost, TimeProvider clock, CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(atMost, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, patience.Token);
        try
        {
            await _wake.Reader.ReadAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // Time for a scan anyway.
        }
    }

    public void Dispose() => _watcher?.Dispose();

    private FileSystemWatcher? TryStart()
    {
        FileSystemWatcher? watcher = null;
        try
        {
            watcher = new FileSystemWatcher(folder) { NotifyFilter = NotifyFilters.FileName | NotifyFilters.LastWrite | NotifyFilters.Size };
            watcher.Changed += OnChanged;
            watcher.Created += OnChanged;
            watcher.Deleted += OnChanged;
            watcher.Renamed += OnRenamed;
            watcher.Error += OnError;
            watcher.EnableRaisingEvents = true;
            return watcher;
        }
        catch (Exception failure) when (failure is IOException or ArgumentException or UnauthorizedAccessException)
        {
            watcher?.Dispose();
            if (!_warned)
            {
                _warned = true;
                logger.Warning("watch: the system does not report changes of {Folder} ({Reason}): they are found by scans only, some seconds later", folder, failure.Message);
            }

            return null;
        }
    }

    private void OnChanged(object sender, FileSystemEventArgs change) => Add(change.Name);

    private void OnRenamed(object sender, RenamedEventArgs change)
    {
        Add(change.OldName);
        Add(change.Name);
    }

    private void OnError(object sender, ErrorEventArgs error)
    {
        (_broken, _all) = (true, true);
        _wake.Writer.TryWrite(true);
    }

    private void Add(string? name)
    {
        if (name is null || _names.Count >= MaxNames)
        {
            _all = true;
        }
        else
        {
            _names[name] = true;
        }

        _wake.Writer.TryWrite(true);
    }
}
