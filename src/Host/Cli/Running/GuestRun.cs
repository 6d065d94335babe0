using Serilog;
using WasmActors.Actors.Handles;
using WasmActors.Actors.Imports;
using WasmActors.Actors.Stores;
using WasmActors.Host.Cli.Output;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Limits;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Modules.Cache;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Values;
using WasmActors.Runtime.Wasi;

namespace WasmActors.Host.Cli.Running;

/// <summary>One run of a module: a host, a store, an instance, and a WASI command or a call in it.</summary>
internal sealed class GuestRun(RunSettings settings, Terminal terminal, ILogger log)
{
    private const string Initialize = "_initialize";
    private const string WasiModule = "wasi_snapshot_preview1";

    // A guest that is stuck in the host (reading standard input) does not let go of its store: the process ends without it.
    private static readonly TimeSpan s_farewell = TimeSpan.FromMilliseconds(250);

    /// <summary>Runs it to its end.</summary>
    /// <returns>A WASI program's exit status, otherwise 0.</returns>
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        var host = await WasmHost.StartAsync(HostOptions(), cancellation).ConfigureAwait(false);
        try
        {
            var file = await ModuleInput.ReadAsync(settings.File, terminal, cancellation).ConfigureAwait(false);
            var module = await file.CompileAsync(host.Modules, terminal, cancellation).ConfigureAwait(false);
            LogModule(host.Modules, module);

            var entry = EntryPoint.Choose(module, settings);
            var budget = new TimeBudget(settings.Timeout, cancellation);
            var store = await host.CreateStoreAsync(Spec(entry), cancellation).ConfigureAwait(false);
            var instance = await budget.SpendAsync(store.InstantiateAsync(module, Imports(module), budget.Rest())).ConfigureAwait(false);
            return entry.IsCommand
                ? ExitCodes.OfStatus(await budget.SpendAsync(instance.RunCommandAsync(budget.Rest())).ConfigureAwait(false))
                : await InvokeAsync(instance, entry, budget).ConfigureAwait(false);
        }
        finally
        {
            await EndAsync(host).ConfigureAwait(false);
        }
    }

    private async Task<int> InvokeAsync(InstanceRef instance, EntryPoint entry, TimeBudget budget)
    {
        if (entry.Export != Initialize && instance.TryGetFunc(Initialize) is { ParamArity: 0 } initialize)
        {
            await budget.SpendAsync(initialize.CallAsync(budget.Rest(), [])).ConfigureAwait(false);
        }

        object?[] arguments = [.. entry.Arguments!];
        var results = await budget.SpendAsync(instance.GetFunc(entry.Export).CallAsync(budget.Rest(), arguments)).ConfigureAwait(false);
        foreach (var result in results)
        {
            await terminal.Output.WriteLineAsync(ValText.Format(result)).ConfigureAwait(false);
        }

        return ExitCodes.Ok;
    }

    private WasmHostOptions HostOptions()
    {
        var usual = new EngineSettings();
        return new WasmHostOptions
        {
            Engine = usual with
            {
                Fuel = settings.Fuel is not null,
                MaxWasmStackBytes = settings.MaxStack is { } most ? (int)Math.Min(most, int.MaxValue) : usual.MaxWasmStackBytes,
                WideArithmetic = settings.Features.HasFlag(WasmFeatures.WideArithmetic),
                CustomPageSizes = settings.Features.HasFlag(WasmFeatures.CustomPageSizes),
            },
            Cache = new ModuleCacheOptions { OnDisk = settings.Cache, Isolation = settings.Isolation },
            Logger = log,
        };
    }

    private StoreSpec Spec(EntryPoint entry)
    {
        var profile = StoreOptions.For(settings.Profile ?? StoreProfile.Standard);
        var limits = profile.Limits;
        return new StoreSpec
        {
            AfterInterrupt = FailurePolicy.Stop,
            Options = profile with
            {
                Features = profile.Features | settings.Features,
                Limits = limits with
                {
                    Deadline = settings.Timeout ?? (settings.Profile is null ? Timeout.InfiniteTimeSpan : limits.Deadline),
                    Fuel = settings.Fuel,
                    MemoryBytes = settings.MaxMemory ?? limits.MemoryBytes,
                    TableElements = settings.MaxTableElements ?? limits.TableElements,
                    Memories = settings.MaxMemories ?? limits.Memories,
                    Tables = settings.MaxTables ?? limits.Tables,
                },
                Wasi = new WasiOptions
                {
                    Args = [Path.GetFileName(settings.File), .. entry.IsCommand ? settings.Arguments : []],
                    Environment = settings.Variables.GroupBy(static v => v.Key, StringComparer.Ordinal).ToDictionary(static v => v.Key, static v => v.Last().Value, StringComparer.Ordinal),
                    Folders = settings.Folders,
                    Stdin = WasiInput.Inherit,
                    Stdout = WasiOutput.Inherit,
                    Stderr = WasiOutput.Inherit,
                },
            },
        };
    }

    // In a store that can be paused and has folders, reading what is inherited cannot be ended at a deadline; a stream's reading can.
    private ImportMap Imports(WasmModule module)
    {
        var set = new ImportSet { Unknown = settings.Unknown }.DefineAssemblyScript();
        return module.Imports.Any(static i => i.Module == WasiModule) ? set.DefineWasi() : set;
    }

    private void LogModule(ModuleCache modules, WasmModule module)
    {
        log.Information("Module {Module} {How}", module.ToString(), modules.DiskHits > 0 ? "was loaded from the cache" : "was compiled");
        if (modules.DiskProblem is { } problem)
        {
            log.Warning("The cache of compiled modules cannot be used: {Problem}", problem);
        }
    }

    private static async Task EndAsync(WasmHost host)
    {
        try
        {
            await host.DisposeAsync().AsTask().WaitAsync(s_farewell).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // See s_farewell.
        }
    }
}
