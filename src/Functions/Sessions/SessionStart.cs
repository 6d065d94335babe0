using WasmActors.Actors.Handles;
using WasmActors.Actors.Stores;
using WasmActors.Functions.Api;
using WasmActors.Functions.Calls;
using WasmActors.Functions.Content;
using WasmActors.Functions.Durability;
using WasmActors.Functions.Registry;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.State;
using WasmActors.Runtime.Wasi;

namespace WasmActors.Functions.Sessions;

/// <summary>Starts sessions: makes a store, an instance in it, and the state that the instance begins with.</summary>
internal static class SessionStart
{
    private const string Initialize = "_initialize";

    /// <summary>Starts a store for a function's active version.</summary>
    /// <param name="runtime">What the node runs functions with.</param>
    /// <param name="entry">The function.</param>
    /// <param name="key">The key whose store it is; null for a stateless function.</param>
    /// <param name="input">Of the first call, which a WASI program is started with: it takes no other.</param>
    /// <param name="time">The first call's.</param>
    /// <param name="cancellation">Gives the start up.</param>
    /// <exception cref="WasmException">The module cannot be had, or does not link, or its start fails.</exception>
    internal static async ValueTask<FunctionSession> StartAsync(FunctionRuntime runtime, FunctionEntry entry, string? key, FunctionInput input, CallTime time, CancellationToken cancellation)
    {
        var state = entry.ActiveVersion!.Spec.State == FunctionState.Durable ? await KeyState.OpenAsync(runtime.RequireStates(entry.Name), entry.Name, key!, time, cancellation).ConfigureAwait(false) : null;
        var version = state?.VersionOf(entry) ?? entry.ActiveVersion!;
        var spec = version.Spec;
        var convention = ConventionTable.Of(spec.Convention);
        Inputs.CheckShape(spec, convention, input);
        var recipe = runtime.RecipeOf(version);
        var wasi = await convention.PrepareAsync(spec, recipe.Wasi, input, time, cancellation).ConfigureAwait(false);
        var module = await ModuleAsync(runtime, spec, time, cancellation).ConfigureAwait(false);
        recipe.CheckAgain();
        var log = recipe.LogOf(module, key);
        var stdout = convention.StartsAnew ? WasiOutput.Capture(spec.Limits.PayloadBytes) : null;
        var stderr = convention.StartsAnew || VersionRecipe.Writes(module) ? WasiOutput.Capture(FunctionSession.StderrLimit) : null;
        var store = stderr is null ? recipe.Store : recipe.StoreWith(wasi with
        {
            Stdout = stdout ?? (log is null ? WasiOutput.Discard : WasiOutput.ToStream(log.Stdout)),
            Stderr = log is null ? stderr : WasiOutput.ToStream(log.Keep(stderr)),
        });
        var instance = await InstantiateAsync(runtime, spec, module, store, time, cancellation).ConfigureAwait(false);
        if (!convention.StartsAnew)
        {
            await InitializeAsync(instance, state, time, cancellation).ConfigureAwait(false);
        }

        return new FunctionSession(entry, version, convention, instance, state, log, stdout, stderr);
    }

    /// <summary>A version's module.</summary>
    internal static Task<WasmModule> ModuleAsync(FunctionRuntime runtime, FunctionSpec spec, CallTime time, CancellationToken cancellation)
    {
        var module = spec.State == FunctionState.Durable
            ? runtime.Modules.GetRewrittenAsync(spec.ModuleDigest, spec.Name, cancellation).AsTask()
            : runtime.Modules.GetAsync(spec.ModuleDigest, spec.Name, cancellation).AsTask();
        return time.WaitAsync(module, "its module was fetched and compiled");
    }

    /// <summary>Makes a store with an instance. Idle keys give their stores up where the host has no room for
    /// it.</summary>
    internal static async ValueTask<InstanceRef> InstantiateAsync(FunctionRuntime runtime, FunctionSpec spec, WasmModule module, StoreSpec storeSpec, CallTime time, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                return await InstantiateOnceAsync(runtime, spec, module, storeSpec, time, cancellation).ConfigureAwait(false);
            }
            catch (WasmException full) when (full is { Origin: FailureOrigin.Store, Code: ErrorCode.HostFull or ErrorCode.NoStack })
            {
                if (!await runtime.Keys.MakeRoomAsync(time).ConfigureAwait(false))
                {
                    throw;
                }
            }
        }
    }

    /// <summary>Makes a store with an instance, if the host has room for it.</summary>
    internal static async ValueTask<InstanceRef> InstantiateOnceAsync(FunctionRuntime runtime, FunctionSpec spec, WasmModule module, StoreSpec storeSpec, CallTime time, CancellationToken cancellation)
    {
        var store = await CreateStoreAsync(runtime, storeSpec, time).ConfigureAwait(false);
        try
        {
            return await store.InstantiateAsync(module, runtime.Imports.For(spec), new CallOptions(time.Take("its store was started"), cancellation)).ConfigureAwait(false);
        }
        catch (WasmException)
        {
            await store.StopAsync(CancellationToken.None).ConfigureAwait(false);
            throw;
        }
    }

    // Of a library (reactor): it must run before anything else. A durable key runs it once, and its start function.
    private static async Task InitializeAsync(InstanceRef instance, KeyState? state, CallTime time, CancellationToken cancellation)
    {
        try
        {
            if (state is not null)
            {
                await state.RestoreAsync(instance, Options()).ConfigureAwait(false);
                if (state.Exists)
                {
                    return;
                }

                await RunAsync(StateRewriter.Start).ConfigureAwait(false);
            }

            await RunAsync(Initialize).ConfigureAwait(false);
            if (state is not null)
            {
                await instance.CaptureStateAsync(Options()).ConfigureAwait(false); // what a failed call is rolled back to
            }
        }
        catch (WasmException)
        {
            await instance.Store.StopAsync(CancellationToken.None).ConfigureAwait(false);
            throw;
        }

        CallOptions Options() => new(time.Take("its store was started"), cancellation);

        async Task RunAsync(string export)
        {
            if (instance.TryGetFunc(export) is { ParamArity: 0 } func)
            {
                await func.CallAsync(Options(), []).ConfigureAwait(false);
            }
        }
    }

    private static async Task<StoreRef> CreateStoreAsync(FunctionRuntime runtime, StoreSpec spec, CallTime time)
    {
        var creating = runtime.Host.CreateStoreAsync(spec, CancellationToken.None);
        try
        {
            return await time.WaitAsync(creating, "its store was made").ConfigureAwait(false);
        }
        catch (WasmError)
        {
            _ = StopWhenMadeAsync(creating);
            throw;
        }
    }

    // Nobody waits for it any more.
    private static async Task StopWhenMadeAsync(Task<StoreRef> creating)
    {
        await ((Task)creating).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (creating.IsCompletedSuccessfully)
        {
            await (await creating.ConfigureAwait(false)).StopAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }
}
