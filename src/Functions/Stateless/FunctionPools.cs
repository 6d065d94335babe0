using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using WasmActors.Actors.Handles;
using WasmActors.Functions.Api;
using WasmActors.Functions.Calls;
using WasmActors.Functions.Content;
using WasmActors.Functions.Sessions;
using WasmActors.Functions.Telemetry;
using WasmActors.Runtime.Failures;

namespace WasmActors.Functions.Stateless;

/// <summary>A node's pools, one for each stateless function that was called here, always of its active
/// version.</summary>
internal sealed class FunctionPools : IAsyncDisposable
{
    private static readonly TimeSpan s_round = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(20);

    private readonly FunctionRuntime _runtime;
    private readonly ConcurrentDictionary<string, StatelessPool> _pools = new(StringComparer.Ordinal);
    private readonly ITimer _timer;
    private long _calls;
    private volatile bool _stopping;

    internal FunctionPools(FunctionRuntime runtime)
    {
        _runtime = runtime;
        _timer = runtime.Clock.CreateTimer(_ => Tidy(), null, s_round, s_round);
    }

    /// <summary>Calls that are under way or wait.</summary>
    internal long Calls => Interlocked.Read(ref _calls);

    /// <summary>Stores that are kept for later calls of a function.</summary>
    internal int Kept(string function) => _pools.TryGetValue(function, out var pool) ? pool.Kept : 0;

    /// <summary>Carries a call of a stateless function out on this node.</summary>
    /// <exception cref="WasmException">It failed, or was not begun: <c>call.moved</c> on a node that stops.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal async ValueTask<FunctionAnswer> CallAsync(string function, string export, FunctionInput input, CallTime time, ActivityContext trace, CallOptions options)
    {
        Interlocked.Increment(ref _calls);
        try
        {
            while (!_stopping)
            {
                var entry = _runtime.Catalogue.Get(function);
                var spec = entry.ActiveVersion!.Spec;
                Check(spec, export, input);
                var pool = PoolOf(entry);
                if (pool.TryEnter())
                {
                    var here = time.AtMost(spec.Limits.Deadline);
                    return FunctionSpan.IsListening
                        ? await CallTracedAsync(pool, export, input, here, trace, options).ConfigureAwait(false)
                        : await pool.CallAsync(export, input, here, options).ConfigureAwait(false);
                }
            }

            throw new WasmError(FunctionErrorCode.Moved, "This node stops: the call was not begun, and another node can carry it out.");
        }
        catch (OperationCanceledException) when (options.Cancellation.IsCancellationRequested)
        {
            throw CallDetails.NotBegun(new WasmError(ErrorCode.Cancelled, "The call was cancelled before its guest was called."));
        }
        finally
        {
            Interlocked.Decrement(ref _calls);
        }
    }

    /// <summary>Stops kept stores whose guests were granted memory, until they had so many bytes together.</summary>
    /// <returns>How many bytes they had.</returns>
    internal long ReleaseMemory(long bytes)
    {
        long found = 0;
        foreach (var (_, pool) in _pools)
        {
            found += found < bytes ? pool.ReleaseMemory(bytes - found) : 0;
        }

        return found;
    }

    /// <summary>Refuses new calls, and waits for those under way, no longer than the grace time.</summary>
    internal async Task DrainAsync()
    {
        _stopping = true;
        var time = new CallTime(_runtime.Clock, _runtime.Options.Grace);
        while (Calls > 0 && !time.IsOver)
        {
            await Task.Delay(s_poll, _runtime.Clock).ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _stopping = true;
        await _timer.DisposeAsync().ConfigureAwait(false);
        foreach (string function in _pools.Keys)
        {
            Close(function);
        }
    }

    private void Check(FunctionSpec spec, string export, FunctionInput input)
    {
        try
        {
            Inputs.Check(spec, null, export, input);
        }
        catch (WasmError refused)
        {
            FunctionMetrics.Answered(_runtime.Options.Logger, spec.Name, refused.Code, default);
            throw;
        }
    }

    private async ValueTask<FunctionAnswer> CallTracedAsync(StatelessPool pool, string export, FunctionInput input, CallTime time, ActivityContext trace, CallOptions options)
    {
        var span = FunctionSpan.BeginExecution(_runtime.Options.Logger, pool.Entry.Name, trace);
        try
        {
            var answer = await pool.CallAsync(export, input, time, options).ConfigureAwait(false);
            span?.End(answer.Details, null, null);
            return answer;
        }
        catch (WasmException failure)
        {
            span?.End(CallDetails.Of(failure), failure.Code, failure.Message);
            throw;
        }
    }

    private StatelessPool PoolOf(FunctionEntry entry)
    {
        while (true)
        {
            if (!_pools.TryGetValue(entry.Name, out var pool))
            {
                pool = _pools.GetOrAdd(entry.Name, static (_, state) => new StatelessPool(state._runtime, state.entry), (_runtime, entry));
            }

            if (pool.Entry.Active == entry.Active || pool.Entry.Revision > entry.Revision)
            {
                return pool;
            }

            if (_pools.TryRemove(KeyValuePair.Create(entry.Name, pool)))
            {
                pool.Close();
            }
        }
    }

    // Pools of functions that were deleted or changed go when nobody calls them any more, and kept stores when they are
    // idle.
    private void Tidy()
    {
        foreach (var (function, pool) in _pools)
        {
            if (_runtime.Catalogue.Find(function)?.Active == pool.Entry.Active)
            {
                pool.StopIdle();
            }
            else
            {
                Close(function);
            }
        }
    }

    private void Close(string function)
    {
        if (_pools.TryRemove(function, out var pool))
        {
            pool.Close();
        }
    }
}
