using System.Threading.Channels;
using WasmActors.Actors.Functions;
using WasmActors.Host.Cli.Output;
using WasmActors.Host.Deployments;
using WasmActors.Runtime.Calls;

namespace WasmActors.Host.Cli.Serving;

/// <summary>
/// Deploys the modules of a folder, and again when they or their settings change. What cannot be deployed is told, and the version before
/// goes on. A module that is removed stays deployed.
/// </summary>
internal sealed class FolderWatch : IAsyncDisposable
{
    // An editor writes a file in several steps; the last one counts.
    private static readonly TimeSpan s_rest = TimeSpan.FromMilliseconds(150);

    private readonly string _folder;
    private readonly FunctionHost _functions;
    private readonly Terminal _terminal;
    private readonly FileSystemWatcher _watcher;
    private readonly CancellationTokenSource _end = new();
    private readonly Channel<string> _changes = Channel.CreateBounded<string>(new BoundedChannelOptions(1024) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Task _work;
    private volatile bool _missed;

    private FolderWatch(string folder, FunctionHost functions, Terminal terminal)
    {
        _folder = folder;
        _functions = functions;
        _terminal = terminal;
        _watcher = new FileSystemWatcher(folder) { NotifyFilter = NotifyFilters.FileName | NotifyFilters.LastWrite | NotifyFilters.Size };
        _watcher.Changed += OnChanged;
        _watcher.Created += OnChanged;
        _watcher.Renamed += OnChanged;
        _watcher.Error += OnError;
        _watcher.EnableRaisingEvents = true;
        _work = DeployAllAsync();
    }

    /// <summary>Begins.</summary>
    /// <exception cref="WasmError"><c>module.unreadable</c>: the folder cannot be read.</exception>
    public static FolderWatch Start(string folder, FunctionHost functions, Terminal terminal)
    {
        string full = Path.GetFullPath(folder);
        return Directory.Exists(full)
            ? new FolderWatch(full, functions, terminal)
            : throw new WasmError(ErrorCode.ModuleUnreadable, $"--watch '{folder}' is no folder.");
    }

    public async ValueTask DisposeAsync()
    {
        _watcher.Dispose();
        await _end.CancelAsync().ConfigureAwait(false);
        await _work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _end.Dispose();
    }

    private void OnChanged(object sender, FileSystemEventArgs change) => Add(change.FullPath);

    private void OnError(object sender, ErrorEventArgs error)
    {
        _missed = true;
        _changes.Writer.TryWrite("");
    }

    private void Add(string path)
    {
        if (DeploymentFolder.ModulesOf(path).Any() && !_changes.Writer.TryWrite(path))
        {
            _missed = true;
        }
    }

    private async Task DeployAllAsync()
    {
        await DeployFolderAsync().ConfigureAwait(false);
        var changed = new HashSet<string>(StringComparer.Ordinal);
        while (await _changes.Reader.WaitToReadAsync(_end.Token).ConfigureAwait(false))
        {
            await Task.Delay(s_rest, _end.Token).ConfigureAwait(false);
            while (_changes.Reader.TryRead(out string? path))
            {
                changed.UnionWith(DeploymentFolder.ModulesOf(path));
            }

            if (_missed)
            {
                _missed = false;
                await DeployFolderAsync().ConfigureAwait(false);
            }
            else
            {
                foreach (string module in changed.Order(StringComparer.Ordinal))
                {
                    await DeployAsync(module).ConfigureAwait(false);
                }
            }

            changed.Clear();
        }
    }

    private async Task DeployFolderAsync()
    {
        try
        {
            var found = DeploymentFolder.Read(_folder);
            foreach (var refused in found.Refused)
            {
                await TellAsync($"not deployed: {refused.Message}").ConfigureAwait(false);
            }

            foreach (string module in found.Modules)
            {
                await DeployAsync(module).ConfigureAwait(false);
            }
        }
        catch (WasmError unreadable)
        {
            await TellAsync(unreadable.Message).ConfigureAwait(false);
        }
    }

    private async Task DeployAsync(string path)
    {
        string file = GuestText.Clean(Path.GetFileName(path), GuestText.NameLimit);
        try
        {
            var deployment = await DeploymentFile.ReadAsync(path, null, _end.Token).ConfigureAwait(false);
            var before = _functions.Catalogue.Find(deployment.Name);
            var done = await _functions.DeployAsync(deployment.ToSpec(), deployment.Module.Binary, deployment.ToRollOut(), null, _end.Token).ConfigureAwait(false);
            if (before?.Active != done.Version)
            {
                await TellAsync($"deployed {done.Name} version {done.Version} from {file} ({SettingNames.Conventions.NameOf(deployment.ToSpec().Convention)})").ConfigureAwait(false);
            }
            else
            {
                await TellAsync($"{done.Name} version {done.Version} is {file} as it is").ConfigureAwait(false);
            }
        }
        catch (WasmException failure)
        {
            await TellAsync($"not deployed: {file}: {failure.Code}: {GuestText.Clean(failure.Message, GuestText.MessageLimit)}").ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            await TellAsync($"not deployed: {file}: {failure.GetType().Name}: {GuestText.Clean(failure.Message, GuestText.MessageLimit)}").ConfigureAwait(false); // the next change is still looked at
        }
    }

    private async Task TellAsync(string line)
    {
        await _terminal.Output.WriteLineAsync($"watch: {line}").ConfigureAwait(false);
        await _terminal.Output.FlushAsync().ConfigureAwait(false);
    }
}
