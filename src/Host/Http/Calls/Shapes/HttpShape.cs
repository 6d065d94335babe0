using Microsoft.AspNetCore.Http;
using WasmActors.Functions.Api;
using WasmActors.Host.Contracts;

namespace WasmActors.Host.Http.Calls.Shapes;

/// <summary>How one shape of input and output is read from a request and written to its response. One object for all requests.</summary>
internal abstract class HttpShape
{
    /// <summary>Checks the request's head before its body is read.</summary>
    /// <exception cref="ApiException">The head does not fit the shape.</exception>
    internal abstract void CheckHead(HttpContext context);

    /// <summary>Returns the most bytes of a request's body.</summary>
    internal abstract long MostBytes(FunctionSpec spec);

    /// <summary>Returns the function's request, and the time that remains for it.</summary>
    /// <param name="context">The HTTP request.</param>
    /// <param name="path">What its path names.</param>
    /// <param name="spec">The function.</param>
    /// <param name="body">The bytes of its body.</param>
    /// <param name="within">The time that the caller asked for; null for the function's own deadline.</param>
    internal abstract ValueTask<(FunctionRequest Request, TimeSpan? Within)> ReadAsync(HttpContext context, CallPath path, FunctionSpec spec, byte[] body, TimeSpan? within);

    /// <summary>Writes the response.</summary>
    internal abstract Task WriteAsync(HttpContext context, FunctionReply reply);
}
