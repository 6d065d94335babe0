using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using WasmActors.Host.Access;
using WasmActors.Host.Contracts;
using WasmActors.Host.Http.Calls;
using WasmActors.Host.Http.Requests;
using WasmActors.Host.Settings;
using WasmActors.Host.Telemetry;

namespace WasmActors.Host.Http;

/// <summary>Stands before every request of the API: who sends it, whether it may, within which limits; and answers its failures.</summary>
/// <param name="settings">Whether keys are asked for.</param>
/// <param name="keys">The keys; null where none is asked for.</param>
internal sealed class Gate(HttpSettings settings, ApiKeys? keys)
{
    private const string Scheme = "Bearer ";
    private static readonly object s_shown = new();
    private static readonly string[] s_localNames = ["localhost", "127.0.0.1", "[::1]"];

    private readonly HashSet<string> _hosts = new(
        settings.AllowedHosts.Count > 0 || !settings.Open ? settings.AllowedHosts : s_localNames.Concat(settings.Urls.Select(static u => new Uri(u.Replace("*", "0.0.0.0", StringComparison.Ordinal)).Host)),
        StringComparer.OrdinalIgnoreCase);

    /// <summary>A handler that is reached only by who may.</summary>
    public RequestDelegate Guard(ApiScope needed, RequestDelegate handler) => async context =>
    {
        KeyHolder? holder = null;
        var scope = RequestScope.Begin(context);
        using var trace = RequestTrace.Continue(context.Request); // until a failure has been told too
        try
        {
            CheckOrigin(context.Request);
            RequestForm.Check(context.Request);
            if (keys is not null)
            {
                var found = await FindAsync(context).ConfigureAwait(false);
                Enter(found, context);
                holder = found; // what was entered is left
                scope.Key = found.Key;
                CheckScope(found, needed);
            }

            await handler(context).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            await Problems.WriteAsync(context, failure).ConfigureAwait(false);
        }
        finally
        {
            holder?.Leave();
            scope.End();
        }
    };

    /// <summary>A handler that anybody reaches.</summary>
    public static RequestDelegate Open(RequestDelegate handler) => async context =>
    {
        try
        {
            RequestForm.Check(context.Request);
            await handler(context).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            await Problems.WriteAsync(context, failure).ConfigureAwait(false);
        }
    };

    private ValueTask<KeyHolder> FindAsync(HttpContext context)
    {
        var header = context.Request.Headers.Authorization;
        string? value = header.Count == 1 ? header[0] : null;

        // Requests of one connection come one after the other, but for HTTP/2.
        var items = HttpProtocol.IsHttp11(context.Request.Protocol) ? context.Features.Get<IConnectionItemsFeature>()?.Items : null;

        // The server gives the same text again where a connection sends the same header again: its secret need not be looked at again.
        return value is not null && items is not null && items.TryGetValue(s_shown, out object? earlier) && earlier is ShownKey shown
            && ReferenceEquals(shown.Header, value) && keys!.IsKnown(shown.Holder)
            ? ValueTask.FromResult(shown.Holder)
            : FindAsync(context, value, items);
    }

    private async ValueTask<KeyHolder> FindAsync(HttpContext context, string? value, IDictionary<object, object?>? items)
    {
        var holder = value is not null && value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            ? await keys!.FindAsync(value.AsSpan(Scheme.Length).Trim(), context.RequestAborted).ConfigureAwait(false)
            : null;
        if (holder is null)
        {
            throw new ApiException(StatusCodes.Status401Unauthorized, ApiErrorCode.Unauthorized, context.Request.Headers.Authorization.Count == 0
                ? "An API key is needed: send it as 'Authorization: Bearer wak_…'. 'wasmactors keys create' makes one."
                : "The API key is not known: it may have been revoked, or is not sent as 'Authorization: Bearer wak_…'.");
        }

        if (items is not null)
        {
            items[s_shown] = new ShownKey(value!, holder);
        }

        return holder;
    }

    private static void CheckScope(KeyHolder holder, ApiScope scope)
    {
        if (!holder.Key.Allows(scope))
        {
            throw new ApiException(StatusCodes.Status403Forbidden, ApiErrorCode.Forbidden, $"The API key '{holder.Key.Name}' has no scope that allows this: {ApiScopes.Word(scope)} is needed.");
        }
    }

    private static void Enter(KeyHolder holder, HttpContext context)
    {
        if (!holder.TryEnter(out var retryAfter, out string? problem))
        {
            throw new ApiException(StatusCodes.Status429TooManyRequests, ApiErrorCode.RateLimited, $"{problem}. Try again later.") { RetryAfter = retryAfter };
        }

        if (holder.Key.Limits.MaxBodyBytes is { } most)
        {
            RequestBody.Limit(context, most);
        }
    }

    // Without keys, a page that somebody has open in a browser could send requests in the name of who sits before it.
    private void CheckOrigin(HttpRequest request)
    {
        if (_hosts.Count > 0 && !_hosts.Contains(request.Host.Host))
        {
            throw new ApiException(StatusCodes.Status403Forbidden, ApiErrorCode.CrossOrigin, "The request names a host that is not served here: WasmActors:Http:AllowedHosts lists those that are.");
        }

        if (keys is null && request.Headers.Origin is { Count: > 0 } origin && !string.Equals(origin[0], $"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase))
        {
            throw new ApiException(StatusCodes.Status403Forbidden, ApiErrorCode.CrossOrigin, "The request comes from a page of another origin, which a host without API keys does not take.");
        }
    }

    private sealed class ShownKey(string header, KeyHolder holder)
    {
        public string Header => header;

        public KeyHolder Holder => holder;
    }
}
