using WasmActors.Functions.Api;
using WasmActors.Functions.Calls;
using WasmActors.Functions.Sessions;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Modules;

namespace WasmActors.Functions.Deploying;

/// <summary>Makes one store of a function that is to be deployed and instantiates its module there, as its first call would.</summary>
internal static class TrialStart
{
    private static readonly TimeSpan s_within = TimeSpan.FromSeconds(10);

    /// <summary>Tries it. A module with a start function is not tried: deploying a function runs none of its code.</summary>
    /// <exception cref="WasmException">The module does not link, does not fit into its store, or cannot be instantiated. What only holds at
    /// this moment, such as a host that is full, does not count.</exception>
    internal static async Task TryAsync(FunctionRuntime runtime, FunctionSpec spec, WasmModule module, CancellationToken cancellation)
    {
        if (module.Demand.RunsCode)
        {
            return;
        }

        var recipe = runtime.RecipeOf(new FunctionVersion(0, default, spec));
        try
        {
            var instance = await SessionStart.InstantiateOnceAsync(runtime, spec, module, recipe.Store, new CallTime(runtime.Clock, s_within), cancellation).ConfigureAwait(false);
            await instance.Store.StopAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (WasmException failure) when (failure.Origin == FailureOrigin.Store && IsOfTheMoment(failure.Code))
        {
            // The next calls may well find room.
        }
    }

    private static bool IsOfTheMoment(string code) => code is ErrorCode.HostFull or ErrorCode.NoStack or ErrorCode.Busy or ErrorCode.CircuitOpen
        or ErrorCode.DeadlineExceeded or ErrorCode.StoreGone or ErrorCode.StoreLost;
}
