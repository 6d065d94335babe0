using Serilog;
using Serilog.Events;
using WasmActors.Actors.Stores;
using WasmActors.Functions.Api;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports.AssemblyScript;
using WasmActors.Runtime.Limits;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Wasi;

namespace WasmActors.Functions.Sessions;

/// <summary>What all stores of one version of a function on this node are made by, and share.</summary>
internal sealed class VersionRecipe
{
    /// <summary>Lines that all stores of the version may log in a second.</summary>
    internal const int LinesOfFunction = 1000;

    /// <summary>Bytes that all stores of the version may log in a second.</summary>
    internal const int BytesOfFunction = 512 << 10;

    private readonly FunctionHostOptions _options;
    private readonly FunctionVersion _version;
    private readonly TimeProvider _clock;
    private readonly LogAllowance _lines;

    /// <exception cref="WasmError"><c>function.not_granted</c>: it is granted folders that this node lets no function
    /// have.</exception>
    internal VersionRecipe(FunctionHostOptions options, FunctionVersion version, TimeProvider clock)
    {
        GrantedFolders.Check(version.Spec, options.Folders);
        _options = options;
        _version = version;
        _clock = clock;
        _lines = new LogAllowance(clock, LinesOfFunction, BytesOfFunction);
        var spec = version.Spec;
        Wasi = new WasiOptions { Environment = spec.Grants.Environment, Folders = GrantedFolders.Of(spec, options.Folders) };
        Store = new StoreSpec
        {
            AfterInterrupt = FailurePolicy.Stop, // a fresh session is started for the next call instead
            Options = new StoreOptions
            {
                Mode = ExecutionMode.Preemptive,
                Wasi = Wasi,
                Features = options.Features | spec.Grants.Features,
                Limits = new StoreLimits
                {
                    MemoryBytes = spec.Limits.MemoryBytes,
                    Deadline = spec.Limits.Deadline,
                    Fuel = spec.Limits.Fuel,
                    Instances = 1,
                },
            },
        };
    }

    /// <summary>Checks what may have changed since the last store was made: the folders.</summary>
    /// <exception cref="WasmError"><c>function.not_granted</c></exception>
    internal void CheckAgain() => GrantedFolders.Check(_version.Spec, _options.Folders);

    /// <summary>What a WASI guest gets to see by the grants alone.</summary>
    internal WasiOptions Wasi { get; }

    /// <summary>A store whose guest's output goes nowhere.</summary>
    internal StoreSpec Store { get; }

    /// <summary>Whether a module's guests may write to standard output or standard error.</summary>
    internal static bool Writes(WasmModule module) =>
        module.Imports.Any(static i => i is { Module: FunctionSession.WasiModule, Name: "fd_write" } || AssemblyScriptImports.Writes(i));

    /// <summary>A log of one store's lines; null where its guest cannot write, or nobody would see them.</summary>
    internal GuestLog? LogOf(WasmModule module, string? key) =>
        Writes(module) && _options.Logger.IsEnabled(LogEventLevel.Information)
            ? new GuestLog(Named(key), _version.Spec.Name, _clock, _lines)
            : null;

    /// <summary>A store with other WASI options.</summary>
    internal StoreSpec StoreWith(WasiOptions wasi) => Store with { Options = Store.Options with { Wasi = wasi } };

    private ILogger Named(string? key)
    {
        var log = _options.Logger.ForContext("Version", _version.Number);
        return key is null ? log : log.ForContext("Key", key);
    }
}
