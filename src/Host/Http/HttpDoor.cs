using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using WasmActors.Runtime.Telemetry;

namespace WasmActors.Host.Http;

/// <summary>
/// The addresses that a server listens at and the connections that it has. A server that merely stops closes them between two requests, at a moment
/// when the next one may be on its way: its client cannot know whether it was carried out. This one listens no more, then has clients
/// leave by <c>Connection: close</c>, and ends requests that run for too long in a way that they still are answered.
/// </summary>
/// <param name="sockets">Listens.</param>
/// <param name="limit">Most connections at a time; further ones are closed as soon as they are accepted.</param>
internal sealed class HttpDoor(SocketTransportFactory sockets, HttpDoor.Limit limit) : IConnectionListenerFactory, IDisposable
{
    private static readonly Counter<long> s_rejected = RuntimeTelemetry.Meter.CreateCounter<long>(
        "wasmactors.http.connections.rejected",
        "{connection}",
        "Connections that were closed because there are as many as may be.");

    // Connections on which nothing came for so long are unlikely to have something on its way.
    private static readonly TimeSpan s_linger = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(10);

    private readonly ConcurrentBag<IConnectionListener> _listeners = [];
    private readonly CancellationTokenSource _over = new();
    private volatile bool _draining;
    private int _connections;

    /// <summary>Has a server listen through a door.</summary>
    public static void AddTo(IServiceCollection services, int mostConnections)
    {
        services.AddSingleton(new Limit(mostConnections));
        services.AddSingleton<SocketTransportFactory>();
        services.AddSingleton<HttpDoor>();
        services.AddSingleton<IConnectionListenerFactory>(static s => s.GetRequiredService<HttpDoor>());
        services.AddOptions<KestrelServerOptions>().Configure<HttpDoor>(static (kestrel, door) => kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Use(next => connection => door.LeaveAfterAsync(next, connection))));
    }

    /// <summary>Puts it before all that answers requests.</summary>
    public void StandBefore(IApplicationBuilder app) => app.Use((context, next) =>
    {
        if (_draining)
        {
            context.Response.Headers.Connection = "close";
        }

        return RequestLifetime.RunAsync(context, next, _over.Token);
    });

    /// <summary>From now on each answer is the last one on its connection.</summary>
    public void Drain() => _draining = true;

    /// <summary>Cancels what still runs: calls end with <c>call.cancelled</c>, and their clients are answered.</summary>
    public Task EndRequestsAsync() => _over.CancelAsync();

    /// <summary>Listens no more: who connects is refused. Waits until the connections have gone, or no longer than a second.</summary>
    public async Task CloseAsync()
    {
        foreach (var listener in _listeners)
        {
            await listener.UnbindAsync(CancellationToken.None).ConfigureAwait(false);
        }

        long since = TimeProvider.System.GetTimestamp();
        while (Volatile.Read(ref _connections) > 0 && TimeProvider.System.GetElapsedTime(since) < s_linger)
        {
            await Task.Delay(s_poll).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        var listener = await sockets.BindAsync(endpoint, cancellationToken).ConfigureAwait(false);
        _listeners.Add(listener);
        return new Listener(listener, this);
    }

    public void Dispose() => _over.Dispose();

    // A connection that is accepted takes a file, so one too many is closed before the next one is accepted.
    private bool TryEnter()
    {
        if (Interlocked.Increment(ref _connections) <= limit.Connections)
        {
            return true;
        }

        Interlocked.Decrement(ref _connections);
        s_rejected.Add(1);
        return false;
    }

    private async Task LeaveAfterAsync(ConnectionDelegate next, ConnectionContext connection)
    {
        using var lifetime = RequestLifetime.OfConnection(connection.Items, connection.ConnectionClosed, _over.Token);
        try
        {
            await next(connection).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _connections);
        }
    }

    /// <summary>How many connections there may be.</summary>
    internal sealed record Limit(int Connections);

    private sealed class Listener(IConnectionListener sockets, HttpDoor door) : IConnectionListener
    {
        public EndPoint EndPoint => sockets.EndPoint;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            while (await sockets.AcceptAsync(cancellationToken).ConfigureAwait(false) is { } connection)
            {
                if (door.TryEnter())
                {
                    return connection;
                }

                connection.Abort(new ConnectionAbortedException("There are as many connections as may be."));
                await connection.DisposeAsync().ConfigureAwait(false);
            }

            return null;
        }

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default) => sockets.UnbindAsync(cancellationToken);

        public ValueTask DisposeAsync() => sockets.DisposeAsync();
    }
}
