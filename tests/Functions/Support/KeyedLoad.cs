using System.Collections.Concurrent;
using WasmActors.Actors.Handles;
using WasmActors.Runtime.Failures;

namespace WasmActors.Functions.Tests.Support;

/// <summary>Eight callers of a counter with eighty keys, each call with plenty of time, until it is ended.</summary>
internal sealed class KeyedLoad : IAsyncDisposable
{
    private static readonly TimeSpan s_time = TimeSpan.FromSeconds(60);

    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentQueue<string> _failures = new();
    private readonly Task _callers;
    private int _answered;

    internal KeyedLoad(string function, params TestNode[] nodes) =>
        _callers = Task.WhenAll(Enumerable.Range(0, 8).Select(caller => CallAsync(function, nodes[caller % nodes.Length], caller)));

    /// <summary>Waits until so many more calls were answered.</summary>
    internal Task AnswersAsync(int count)
    {
        int enough = Volatile.Read(ref _answered) + count;
        return Expect.ConditionAsync(() => Volatile.Read(ref _answered) >= enough, "calls are answered");
    }

    /// <summary>Ends the load.</summary>
    /// <returns>The calls that failed.</returns>
    internal async Task<IReadOnlyCollection<string>> EndAsync()
    {
        await _end.CancelAsync();
        await Expect.SoonAsync(_callers);
        return _failures;
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        _end.Dispose();
    }

    private async Task CallAsync(string function, TestNode node, int caller)
    {
        for (int i = 0; !_end.IsCancellationRequested; i++)
        {
            try
            {
                await node.Functions.Get(function, $"{caller}-{i % 10}").CallAsync("next", new CallOptions(s_time));
                Interlocked.Increment(ref _answered);
            }
            catch (WasmException failure)
            {
                _failures.Enqueue($"{failure.Code}: {failure.Message}");
            }
        }
    }
}
