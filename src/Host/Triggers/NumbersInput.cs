using WasmActors.Functions.Api;
using WasmActors.Functions.Hosting;
using WasmActors.Host.Contracts;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Values;

namespace WasmActors.Host.Triggers;

/// <summary>Reads arguments as JSON by the signature of the export, for functions that take numbers.</summary>
internal sealed class NumbersInput(FunctionHost functions)
{
    /// <summary>
    /// Returns the request, and the time that remains for the call. Allocates only the request if this node knows the
    /// signature.
    /// </summary>
    /// <param name="function">The name of the function.</param>
    /// <param name="export">The export.</param>
    /// <param name="spec">The specification of its active version.</param>
    /// <param name="json">A JSON array of arguments; empty for none.</param>
    /// <param name="within">The time that the caller asked for; null for the function's own deadline.</param>
    /// <param name="cancellation">Cancels the call.</param>
    /// <exception cref="ApiException"><c>http.bad_json</c></exception>
    /// <exception cref="WasmError"><c>call.bad_arguments</c>, <c>call.deadline_exceeded</c>, or the module cannot be
    /// read.</exception>
    internal ValueTask<(FunctionRequest Request, TimeSpan? Within)> ReadAsync(
        string function,
        string export,
        FunctionSpec spec,
        byte[] json,
        TimeSpan? within,
        CancellationToken cancellation) =>
        functions.TryGetSignature(function, export, out var type)
            ? ValueTask.FromResult((Request(export, json, type), within))
            : ReadSlowlyAsync(function, export, json, within ?? spec.Limits.Deadline, cancellation);

    private static FunctionRequest Request(string export, byte[] json, FuncType type) =>
        FunctionRequest.Numbers(export, JsonArguments.Read(json, type));

    // The module may have to be fetched and compiled first.
    private async ValueTask<(FunctionRequest Request, TimeSpan? Within)> ReadSlowlyAsync(
        string function,
        string export,
        byte[] json,
        TimeSpan within,
        CancellationToken cancellation)
    {
        long since = TimeProvider.System.GetTimestamp();
        var type = await TypeAsync(function, export, within, cancellation).ConfigureAwait(false);
        var left = within - TimeProvider.System.GetElapsedTime(since);
        return (Request(export, json, type), left > TimeSpan.Zero ? left : TimeSpan.Zero);
    }

    private async ValueTask<FuncType> TypeAsync(
        string function,
        string export,
        TimeSpan within,
        CancellationToken cancellation)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        over.CancelAfter(within);
        try
        {
            return await functions.SignatureAsync(function, export, over.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new WasmError(ErrorCode.DeadlineExceeded,
                "The call's time was over before the module was compiled: it did not run.");
        }
    }
}
