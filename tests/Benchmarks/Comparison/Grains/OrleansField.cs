using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Hosting;
using WasmActors.Benchmarks.Comparison.Fields;
using WasmActors.Benchmarks.Comparison.Load;

namespace WasmActors.Benchmarks.Comparison.Grains;

/// <summary>Orleans: each store in a grain of one silo in this process, called by the silo's own client, without a network hop.</summary>
internal sealed class OrleansField(PeerEngine engine) : IEndlessField
{
    private static readonly TimeSpan s_stopTime = TimeSpan.FromSeconds(20);

    private IHost? _host;
    private IGrainFactory _factory = null!;
    private IStoreGrain[] _grains = [];
    private long _nextKey;
    private Task<bool>[] _endless = [];
    private volatile bool _stopEndless;

    public async Task OpenAsync(int stores, int callers)
    {
        if (_host is null)
        {
            _host = Host.CreateDefaultBuilder()
                .ConfigureLogging(static log => log.ClearProviders())
                .UseOrleans(silo =>
                {
                    silo.UseLocalhostClustering(FreePort(), FreePort());
                    silo.Services.AddSingleton(engine);
                })
                .Build();
            await _host.StartAsync();
            _factory = _host.Services.GetRequiredService<IGrainFactory>();
        }

        _grains = new IStoreGrain[stores];
    }

    public Task StartAsync(int store)
    {
        _grains[store] = _factory.GetGrain<IStoreGrain>(Interlocked.Increment(ref _nextKey));
        return Task.CompletedTask;
    }

    public ValueTask<int> CallAsync(int caller, int store, int a, int b) => _grains[store].AddAsync(a, b);

    public async Task StopAllAsync()
    {
        await StopAsync(_grains);
        while (engine.LiveStores > 0)
        {
            await Task.Delay(5);
        }
    }

    public Task StartEndlessAsync(int guests)
    {
        _stopEndless = false;
        _endless = [.. Enumerable.Range(0, guests).Select(_ => Task.Run(() => SpinAsync(_factory.GetGrain<IStoreGrain>(Interlocked.Increment(ref _nextKey)))))];
        return Task.CompletedTask;
    }

    public void StopEndless() => _stopEndless = true;

    public async Task<int> WaitForEndlessAsync() => (await Task.WhenAll(_endless)).Count(static ran => ran);

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
        {
            using var late = new CancellationTokenSource(s_stopTime);
            await _host.StopAsync(late.Token);
            _host.Dispose();
        }

        engine.Dispose();
    }

    private async Task<bool> SpinAsync(IStoreGrain grain)
    {
        bool ran = false;
        while (!_stopEndless)
        {
            await grain.SpinUntilTickAsync();
            ran = true;

            // To the end of the thread pool's line: otherwise a few guests get all the time.
            await Task.Yield();
        }

        await grain.StopAsync();
        return ran;
    }

    private static async Task StopAsync(IEnumerable<IStoreGrain> grains)
    {
        foreach (var grain in grains)
        {
            await grain.StopAsync();
        }
    }

    private static int FreePort()
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
