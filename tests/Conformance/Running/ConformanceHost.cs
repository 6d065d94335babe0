using System.Collections.Immutable;
using WasmActors.Actors.Handles;
using WasmActors.Actors.Stores;
using WasmActors.Conformance.Scripts;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Limits;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Modules.Binary;
using WasmActors.Runtime.Stores;

namespace WasmActors.Conformance.Running;

/// <summary>The product as scripts need it: every feature on, limits wide enough. One for all scripts of a run.</summary>
internal sealed class ConformanceHost : IAsyncDisposable
{
    private static readonly TimeSpan s_compileTime = TimeSpan.FromMinutes(2);

    private readonly WasmHost _host;
    private readonly ExecutionMode _mode;
    private readonly TimeSpan _deadline;

    private ConformanceHost(WasmHost host, ExecutionMode mode, TimeSpan deadline)
    {
        _host = host;
        _mode = mode;
        _deadline = deadline;
    }

    /// <summary>Starts the host.</summary>
    /// <param name="mode">How stores run their guests.</param>
    /// <param name="deadline">Longest time of one call; null for a minute.</param>
    public static async Task<ConformanceHost> StartAsync(ExecutionMode mode, TimeSpan? deadline = null)
    {
        var options = new WasmHostOptions
        {
            Engine = new EngineSettings { WideArithmetic = true, CustomPageSizes = true },

            // Nearly every module of a script is used once.
            Cache = new ModuleCacheOptions { OnDisk = false, MaxModules = 16 },
        };
        return new ConformanceHost(await WasmHost.StartAsync(options), mode, deadline ?? TimeSpan.FromMinutes(1));
    }

    /// <summary>Makes a store of its own for a script.</summary>
    public async Task<ScriptSession> OpenAsync()
    {
        var spec = new StoreSpec
        {
            Options = new StoreOptions
            {
                Mode = _mode,
                Features = WasmFeatures.All,
                Limits = new StoreLimits
                {
                    MemoryBytes = 1L << 42,
                    LargestMemoryBytes = 4L << 30,
                    TableElements = int.MaxValue,
                    LargestTableElements = 10_000_000,
                    Instances = null,
                    Memories = null,
                    Tables = null,
                    Deadline = _deadline,
                },
            },

            // A script whose guest did not end has failed; nothing of it is repeated.
            AfterInterrupt = FailurePolicy.Stop,
        };
        return await ScriptSession.OpenAsync(_host, await _host.CreateStoreAsync(spec));
    }

    /// <summary>The binary form of a module: the first half of loading it, which finds what is malformed in text.</summary>
    /// <exception cref="WasmError"><c>module.invalid</c></exception>
    public static ImmutableArray<byte> Parse(ModuleSource source)
    {
        if (source.Form != ModuleForm.Binary)
        {
            return ImmutableArray.Create(ModuleText.ToBinary(source.Bytes.AsSpan()));
        }

        // Without the mark the product would take it for text.
        return ModuleText.IsBinary(source.Bytes.AsSpan())
            ? source.Bytes
            : throw new WasmError(ErrorCode.ModuleInvalid, "the bytes do not begin with the mark of the binary format");
    }

    /// <summary>Validates and compiles a module: the second half.</summary>
    /// <exception cref="WasmError"><c>module.invalid</c></exception>
    /// <exception cref="TimeoutException">The compiler does not come to an end.</exception>
    public Task<WasmModule> CompileAsync(ImmutableArray<byte> binary, string name) =>
        _host.LoadAsync(binary.AsMemory(), name).WaitAsync(s_compileTime);

    public ValueTask DisposeAsync() => _host.DisposeAsync();
}
