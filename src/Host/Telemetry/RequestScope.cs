using Microsoft.AspNetCore.Http;
using WasmActors.Host.Access;

namespace WasmActors.Host.Telemetry;

/// <summary>The request that code runs for, so that log lines can name it. Costs nothing but a reference until something is logged.</summary>
internal sealed class RequestScope
{
    private static readonly AsyncLocal<RequestScope?> s_current = new();

    private volatile HttpContext? _context;

    private RequestScope(HttpContext context) => _context = context;

    /// <summary>That of the code that asks; null outside of requests.</summary>
    public static RequestScope? Current => s_current.Value;

    /// <summary>The request; null once it is over, when the server uses its object for another one.</summary>
    public HttpContext? Context => _context;

    /// <summary>Whose API key it came with, once that is known.</summary>
    public ApiKey? Key { get; set; }

    /// <summary>Begins for the code that follows, and what it starts.</summary>
    public static RequestScope Begin(HttpContext context) => s_current.Value = new RequestScope(context);

    /// <summary>The request is over.</summary>
    public void End() => _context = null;
}
