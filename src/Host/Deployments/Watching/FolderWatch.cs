using System.Security.Cryptography;
using Serilog;
using WasmActors.Functions.Api;
using WasmActors.Functions.Hosting;
using WasmActors.Host.Contracts;
using WasmActors.Host.Settings;
using WasmActors.Runtime.Failures;

namespace WasmActors.Host.Deployments.Watching;

/// <summary>
/// Deploys the modules of a folder, and again when they or their settings change. The folder is the whole truth about its functions: a setting
/// that the file beside a module does not give has its default. Kind and convention only change where they are given and confirmed.
/// </summary>
/// <remarks>
/// The folder is scanned, and each scan is compared with what was done before: whatever happened in between is found. Reported changes only make
/// the next scan come sooner. Modules are deployed one after the other. What cannot be deployed is logged, and the version before stays active.
/// The function of a module that is removed stays deployed, which is logged.
/// </remarks>
internal sealed class FolderWatch : IAsyncDisposable
{
    // An editor writes a file in several steps; the last one counts.
    private static readonly TimeSpan s_rest = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan s_scanEvery = TimeSpan.FromSeconds(1);

    // Scans of a very large folder take no more than a twentieth of a processor.
    private const int LeastPauses = 20;

    private readonly string _folder;
    private readonly Func<DeploymentFile, CancellationToken, Task<Deployment>> _deploy;
    private readonly TimeProvider _clock;
    private readonly WatchLog _log;
    private readonly FolderEvents _events;
    private readonly Dictionary<string, WatchedFile> _files = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _end = new();
    private readonly Task _work;
    private bool _isDisposed;

    /// <summary>Begins.</summary>
    /// <param name="folder">The folder, as a full path.</param>
    /// <param name="deploy">Deploys a module.</param>
    /// <param name="logger">Where everything is logged.</param>
    /// <param name="clock">The clock of pauses.</param>
    internal FolderWatch(string folder, Func<DeploymentFile, CancellationToken, Task<Deployment>> deploy, ILogger logger, TimeProvider clock)
    {
        _folder = folder;
        _deploy = deploy;
        _clock = clock;
        _log = new WatchLog(folder, logger);
        _events = new FolderEvents(folder, logger);
        _work = Task.Run(WatchAsync);
    }

    /// <summary>Begins to deploy to a node.</summary>
    /// <exception cref="WasmError"><c>module.unreadable</c>: there is no such folder.</exception>
    public static FolderWatch Start(string folder, FunctionHost functions, ILogger logger)
    {
        Require(folder);
        return new FolderWatch(Path.GetFullPath(folder), (file, cancellation) => DeployAsync(functions, file, cancellation), logger, TimeProvider.System);
    }

    /// <summary>Makes sure that there is such a folder.</summary>
    /// <exception cref="WasmError"><c>module.unreadable</c>: there is none.</exception>
    public static void Require(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new WasmError(ErrorCode.ModuleUnreadable, $"The folder to watch, {folder}, does not exist or is no folder. --watch or WasmActors:Watch:Folder names it.");
        }
    }

    /// <summary>Completes when the watch has ended, with the exception if it failed.</summary>
    internal Task Completion => _work;

    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        await _end.CancelAsync().ConfigureAwait(false);
        await _work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _events.Dispose();
        _end.Dispose();
    }

    private static Task<Deployment> DeployAsync(FunctionHost functions, DeploymentFile file, CancellationToken cancellation)
    {
        var whole = file with { Settings = file.Settings with { Reset = [SettingReset.All] } };
        return functions.UpdateAsync(file.Name, file.Module.Binary, whole.Onto, whole.ToOptions(), cancellation);
    }

    private async Task WatchAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            long start = _clock.GetTimestamp();
            TryScan();
            var pause = _clock.GetElapsedTime(start) * LeastPauses;
            await DeployDueAsync().ConfigureAwait(false);
            bool isRested = _files.Values.All(static f => !f.IsDue);
            await _events.WaitAsync(isRested ? Longer(s_scanEvery, pause) : s_rest, _clock, _end.Token).ConfigureAwait(false);
            await Task.Delay(s_rest, _clock, _end.Token).ConfigureAwait(false); // of many changes at once, one scan
        }
    }

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private void TryScan()
    {
        try
        {
            Scan();
        }
        catch (Exception unreadable) when (unreadable is WasmError or IOException or UnauthorizedAccessException)
        {
            _log.Unreadable(unreadable.Message); // the next scan may do better
        }
    }

    private void Scan()
    {
        _events.Arm(Directory.Exists(_folder));
        var found = DeploymentFolder.Read(_folder);
        _log.Readable();
        _log.Refused(found.Refused);
        var touched = _events.Take();
        long restedAt = _clock.GetTimestamp() + (long)(s_rest.TotalSeconds * _clock.TimestampFrequency);
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (string path in found.Modules)
        {
            string name = DeploymentName.Of(path);
            names.Add(name);
            if (!_files.TryGetValue(name, out var file))
            {
                _files.Add(name, file = new WatchedFile(path));
            }

            bool isTouched = touched is null || touched.Contains(Path.GetFileName(path)) || touched.Contains(Path.GetFileName(DeploymentFile.SettingsOf(path)));
            file.Observe(path, Stamps(path), isTouched, restedAt);
        }

        Forget(names, found);
    }

    // A file that shares its function's name with another is still there, and was said to be refused.
    private void Forget(HashSet<string> names, DeploymentFolder found)
    {
        var gone = _files.Where(f => !names.Contains(f.Key)).ToList();
        foreach (var (name, _) in gone)
        {
            _files.Remove(name);
        }

        _log.Removed([.. gone.Where(f => f.Value.Deployed is not null && !found.Contested.Contains(f.Key)).Select(static f => (f.Key, f.Value.Path))]);
    }

    private async Task DeployDueAsync()
    {
        foreach (var file in _files.OrderBy(static f => f.Key, StringComparer.Ordinal).Select(static f => f.Value))
        {
            if (file.IsDue && file.NotBefore <= _clock.GetTimestamp() && Stamps(file.Path) == file.Seen)
            {
                await DeployAsync(file).ConfigureAwait(false);
            }
        }
    }

    private async Task DeployAsync(WatchedFile file)
    {
        try
        {
            var read = await DeploymentFile.ReadAsync(file.Path, null, _end.Token).ConfigureAwait(false);
            string content = ContentOf(read);
            if (Stamps(file.Path) != file.Seen)
            {
                return; // it is being written: the next scan sees that too
            }

            if (content != file.Deployed)
            {
                _log.Deployed(read, await _deploy(read, _end.Token).ConfigureAwait(false));
            }

            file.Done(content);
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !_end.IsCancellationRequested)
        {
            Fail(file, failure);
        }
    }

    private void Fail(WatchedFile file, Exception failure)
    {
        string code = failure is WasmException wasm ? wasm.Code : failure.GetType().Name;
        string problem = $"{code}: {GuestText.Clean(SettingHint.In(code, failure.Message), GuestText.MessageLimit)}";
        bool isTriedAgain = failure is not WasmException || code == ErrorCode.ModuleUnreadable || FailureStatus.Of(code) >= 500;
        if (problem != file.Problem)
        {
            _log.Failed(file.Path, problem, isTriedAgain);
        }

        if (isTriedAgain)
        {
            file.Retry(problem, _clock);
        }
        else
        {
            file.Failed(problem);
        }
    }

    private static (FileStamp Module, FileStamp Settings) Stamps(string path) => (FileStamp.Of(path), FileStamp.Of(DeploymentFile.SettingsOf(path)));

    private static string ContentOf(DeploymentFile file)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(file.Module.Binary);
        hash.AppendData(file.SettingsBytes.Span);
        return Convert.ToHexString(hash.GetHashAndReset());
    }
}
