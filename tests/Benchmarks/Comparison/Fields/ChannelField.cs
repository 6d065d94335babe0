using System.Threading.Channels;
using WasmActors.Benchmarks.Comparison.Load;

namespace WasmActors.Benchmarks.Comparison.Fields;

/// <summary>Raw Wasmtime: each store with a channel and a task that reads it. Requests are kept by their callers.</summary>
internal sealed class ChannelField(PeerEngine engine) : IStoreField
{
    private static readonly UnboundedChannelOptions s_options = new() { SingleReader = true };

    private Channel<AddRequest>?[] _channels = [];
    private Task[] _readers = [];
    private AddRequest[] _requests = [];

    public Task OpenAsync(int stores, int callers)
    {
        _channels = new Channel<AddRequest>?[stores];
        _readers = [.. Enumerable.Repeat(Task.CompletedTask, stores)];
        _requests = [.. Enumerable.Range(0, callers).Select(static _ => new AddRequest())];
        return Task.CompletedTask;
    }

    public Task StartAsync(int store)
    {
        var channel = Channel.CreateUnbounded<AddRequest>(s_options);
        _channels[store] = channel;
        _readers[store] = ReadAsync(channel.Reader);
        return Task.CompletedTask;
    }

    public ValueTask<int> CallAsync(int caller, int store, int a, int b)
    {
        var request = _requests[caller];
        var answer = request.Begin(a, b);
        return _channels[store]!.Writer.TryWrite(request) ? answer : throw new InvalidOperationException("The channel is closed.");
    }

    public async Task StopAllAsync()
    {
        foreach (var channel in _channels)
        {
            channel?.Writer.Complete();
        }

        await Task.WhenAll(_readers);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAllAsync();
        engine.Dispose();
    }

    private async Task ReadAsync(ChannelReader<AddRequest> requests)
    {
        using var store = engine.CreateStore();
        while (await requests.WaitToReadAsync())
        {
            while (requests.TryRead(out var request))
            {
                request.Run(store);
            }
        }
    }
}
