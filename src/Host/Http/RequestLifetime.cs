using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace WasmActors.Host.Http;

/// <summary>
/// How long requests may run: until their client has gone, or until a node that stops ends what its grace time did not suffice for. The
/// requests of an HTTP/1.1 connection run one after the other and share one, so it costs them nothing.
/// </summary>
internal sealed class RequestLifetime : IDisposable
{
    private static readonly object s_ofConnection = new();

    private readonly CancellationTokenSource _ends;
    private readonly CancellationToken _clientGone;

    private RequestLifetime(CancellationToken clientGone, CancellationToken nodeStops)
    {
        _clientGone = clientGone;
        _ends = CancellationTokenSource.CreateLinkedTokenSource(clientGone, nodeStops);
    }

    /// <summary>Begins that of a connection.</summary>
    /// <param name="items">The connection's items.</param>
    /// <param name="closed">Cancelled when the connection is closed.</param>
    /// <param name="nodeStops">Cancelled when a stopping node ends what still runs.</param>
    public static RequestLifetime OfConnection(IDictionary<object, object?> items, CancellationToken closed, CancellationToken nodeStops)
    {
        var lifetime = new RequestLifetime(closed, nodeStops);
        items[s_ofConnection] = lifetime;
        return lifetime;
    }

    /// <summary>Makes the token of a request (<see cref="HttpContext.RequestAborted"/>) end with the node too.</summary>
    public static Task RunAsync(HttpContext context, RequestDelegate next, CancellationToken nodeStops)
    {
        if (!HttpProtocol.IsHttp11(context.Request.Protocol) || Of(context) is not { } shared)
        {
            return RunOneAsync(context, next, nodeStops);
        }

        context.RequestAborted = shared._ends.Token;
        return next(context);
    }

    /// <summary>Whether somebody still waits for the request's answer. If the node ended the request, its token is that of the client alone
    /// from now on, so that the answer can be written.</summary>
    /// <param name="context">The request.</param>
    /// <param name="nodeStops">Whether the node ended it.</param>
    public static bool CanAnswer(HttpContext context, out bool nodeStops)
    {
        nodeStops = false;
        if (!context.RequestAborted.IsCancellationRequested)
        {
            return true;
        }

        if ((context.Features.Get<RequestLifetime>() ?? Of(context)) is not { } lifetime || lifetime._clientGone.IsCancellationRequested)
        {
            return false;
        }

        context.RequestAborted = lifetime._clientGone;
        nodeStops = true;
        return true;
    }

    public void Dispose() => _ends.Dispose();

    private static RequestLifetime? Of(HttpContext context) =>
        context.Features.Get<IConnectionItemsFeature>()?.Items.TryGetValue(s_ofConnection, out object? shared) == true ? (RequestLifetime?)shared : null;

    // Of a connection that carries several requests at a time.
    private static async Task RunOneAsync(HttpContext context, RequestDelegate next, CancellationToken nodeStops)
    {
        using var lifetime = new RequestLifetime(context.RequestAborted, nodeStops);
        context.Features.Set(lifetime);
        context.RequestAborted = lifetime._ends.Token;
        await next(context).ConfigureAwait(false);
    }
}
