using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using WasmActors.Actors.Handles;
using WasmActors.Actors.Stores;
using WasmActors.Conformance.Durable;
using WasmActors.Conformance.Reports;
using WasmActors.Conformance.Scripts;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Limits;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Modules.Binary;
using WasmActors.Runtime.Stores;

namespace WasmActors.Conformance.Running;

/// <summary>The product as scripts need it: every feature on, limits wide enough. One for all scripts of a
/// run.</summary>
internal sealed class ConformanceHost : IAsyncDisposable
{
    private static readonly TimeSpan s_compileTime = TimeSpan.FromMinutes(2);

    // The engine that moving twins have is another, with the same settings.
    private static readonly EngineSettings s_engine = new() { WideArithmetic = true, CustomPageSizes = true };

    private readonly WasmHost _host;
    private readonly ExecutionMode _mode;
    private readonly TimeSpan _deadline;
    private readonly DurableHost? _durable;
    private readonly ConditionalWeakTable<WasmModule, byte[]> _binaries = [];

    private ConformanceHost(WasmHost host, ExecutionMode mode, TimeSpan deadline, DurableHost? durable)
    {
        _host = host;
        _mode = mode;
        _deadline = deadline;
        _durable = durable;
    }

    /// <summary>What became of moving twins; null where there are none.</summary>
    public DurableReport? Durable => _durable?.Tally.ToReport();

    /// <summary>Starts the host.</summary>
    /// <param name="mode">How stores run their guests.</param>
    /// <param name="deadline">Longest time of one call; null for a minute.</param>
    /// <param name="moves">Whether each instance has a twin whose state moves to a fresh store after every
    /// action.</param>
    /// <param name="spoils">Whether each move changes a bit of the state.</param>
    public static async Task<ConformanceHost> StartAsync(
        ExecutionMode mode,
        TimeSpan? deadline = null,
        bool moves = false,
        bool spoils = false)
    {
        var time = deadline ?? TimeSpan.FromMinutes(1);
        var options = new WasmHostOptions
        {
            Engine = s_engine,

            // Nearly every module of a script is used once.
            Cache = new ModuleCacheOptions { OnDisk = false, MaxModules = 16 },
        };
        var durable = moves ? new DurableHost(mode, time, s_engine, spoils) : null;
        return new ConformanceHost(await WasmHost.StartAsync(options), mode, time, durable);
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
        var twins = _durable is null ? null : new Twins(_durable, BinaryOf);
        return await ScriptSession.OpenAsync(_host, await _host.CreateStoreAsync(spec), twins);
    }

    /// <summary>The binary form of a module: the first half of loading it, which finds what is malformed in
    /// text.</summary>
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
    public async Task<WasmModule> CompileAsync(ImmutableArray<byte> binary, string name)
    {
        var module = await _host.LoadAsync(binary.AsMemory(), name).WaitAsync(s_compileTime);
        if (_durable is not null)
        {
            _binaries.AddOrUpdate(module, [.. binary]);
        }

        return module;
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _durable?.Dispose();
    }

    private byte[] BinaryOf(WasmModule module) =>
        _binaries.TryGetValue(module, out byte[]? binary) ? binary : throw new InvalidOperationException($"{module} was compiled elsewhere.");
}
