using WasmActors.Runtime.Failures;

namespace WasmActors.Actors.Handles;

/// <summary>Makes outcomes of what handles return.</summary>
public static class CallOutcomes
{
    /// <summary>Waits for a call, or for anything else that a handle does, and returns its failure as data instead of throwing it.</summary>
    /// <remarks>Only a <see cref="WasmException"/> becomes data: a bug of the program's own is still thrown.</remarks>
    public static async ValueTask<CallOutcome<T>> ToOutcomeAsync<T>(this ValueTask<T> call)
    {
        try
        {
            return new CallOutcome<T>(await call.ConfigureAwait(false));
        }
        catch (WasmException failure)
        {
            return new CallOutcome<T>(failure);
        }
    }
}
