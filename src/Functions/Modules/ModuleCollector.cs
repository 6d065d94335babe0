using Serilog;
using WasmActors.Functions.Catalogue;
using WasmActors.Runtime.Failures;

namespace WasmActors.Functions.Modules;

/// <summary>
/// Removes modules that no version of a function has, from time to time, on the cluster's leader. A module must be
/// unused in two rounds: while a node reads the catalogue anew, it knows too few functions.
/// </summary>
internal sealed class ModuleCollector : IAsyncDisposable
{
    private static readonly TimeSpan s_longestPause = TimeSpan.FromHours(1);

    private readonly StoredModules _modules;
    private readonly FunctionCatalogue _catalogue;
    private readonly Func<bool> _isLeader;
    private readonly TimeSpan _keep;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _end = new();
    private readonly Task _work;

    /// <summary>Begins.</summary>
    /// <param name="modules">The modules.</param>
    /// <param name="catalogue">What is deployed.</param>
    /// <param name="isLeader">Whether this node is the one that collects.</param>
    /// <param name="keep">How long an unused module is kept; infinite for ever.</param>
    /// <param name="clock">The clock of the rounds.</param>
    /// <param name="log">Where it logs.</param>
    internal ModuleCollector(StoredModules modules, FunctionCatalogue catalogue, Func<bool> isLeader, TimeSpan keep, TimeProvider clock, ILogger log)
    {
        _modules = modules;
        _catalogue = catalogue;
        _isLeader = isLeader;
        _keep = keep;
        _log = log;
        _work = keep == Timeout.InfiniteTimeSpan ? Task.CompletedTask : CollectAsync(clock);
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        await _work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _end.Dispose();
    }

    private async Task CollectAsync(TimeProvider clock)
    {
        var pause = _keep / 4 < s_longestPause ? _keep / 4 : s_longestPause;
        using var rounds = new PeriodicTimer(pause, clock);
        HashSet<string> unused = [];
        while (await rounds.WaitForNextTickAsync(_end.Token).ConfigureAwait(false))
        {
            if (!_catalogue.Known.IsCompletedSuccessfully || !_isLeader())
            {
                unused = [];
                continue;
            }

            try
            {
                (unused, int removed) = await _modules.CollectAsync(_keep, unused, _end.Token).ConfigureAwait(false);
                if (removed > 0)
                {
                    _log.Information("{Count} stored modules were removed: no version of a function had them for {Time}", removed, _keep);
                }
            }
            catch (WasmError failure)
            {
                _log.Warning("Unused modules could not be removed: {Reason}", failure.Message);
                unused = [];
            }
        }
    }
}
