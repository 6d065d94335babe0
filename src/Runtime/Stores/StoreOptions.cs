using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Limits;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Wasi;

namespace WasmActors.Runtime.Stores;

/// <summary>What a store is made with. The defaults are those of <see cref="StoreProfile.Standard"/>; <see cref="For"/> begins with
/// another profile, and <c>with</c> sets every figure.</summary>
public sealed record StoreOptions
{
    /// <summary>The profile that the options began with: it says which settings are refused.</summary>
    public StoreProfile Profile { get; private init; } = StoreProfile.Standard;

    /// <summary>What it may use. Default: <see cref="StoreLimits"/>' own defaults.</summary>
    public StoreLimits Limits { get; init; } = new();

    /// <summary>What its modules may use beyond what every module may; others are <c>module.feature_not_allowed</c>. Default tail calls and
    /// relaxed vector instructions. Allows nothing that the engine does not compile.</summary>
    public WasmFeatures Features { get; init; } = WasmFeatures.TailCalls | WasmFeatures.RelaxedSimd;

    /// <summary>What WASI programs get to see. Default null: no arguments, environment, folders or input; output is dropped.</summary>
    public WasiOptions? Wasi { get; init; }

    /// <summary>How guests run. Default <see cref="ExecutionMode.Automatic"/>.</summary>
    public ExecutionMode Mode { get; init; } = ExecutionMode.Automatic;

    /// <summary>Any object of the host's, reachable from host functions. Default null.</summary>
    public object? Data { get; init; }

    /// <summary>The settings of a profile.</summary>
    public static StoreOptions For(StoreProfile profile) => new()
    {
        Profile = profile,
        Limits = StoreLimits.For(profile),
        Features = profile switch
        {
            StoreProfile.Trusted => WasmFeatures.All,
            StoreProfile.Strict => WasmFeatures.TailCalls,
            _ => new StoreOptions().Features,
        },
        Mode = profile == StoreProfile.Strict ? ExecutionMode.Preemptive : ExecutionMode.Automatic,
    };

    /// <exception cref="WasmError"><c>engine.bad_settings</c></exception>
    internal void Check(EngineSettings engine)
    {
        Limits.Check(engine);
        if (Profile != StoreProfile.Strict)
        {
            return;
        }

        Limits.CheckStrict();
        Require(Mode == ExecutionMode.Preemptive, nameof(Mode), Mode, $"{ExecutionMode.Preemptive} in the strict profile: a guest that is not run in time slices keeps its thread until its deadline");
        Require(
            Wasi is not { Stdin: WasiInput.FileInput },
            "Wasi.Stdin",
            "a file",
            "WasiInput.Empty, FromBytes, FromStream or Inherit in the strict profile: reading a file cannot be ended at the deadline");
    }

    private static void Require<T>(bool holds, string name, T value, string allowed)
    {
        if (!holds)
        {
            throw new WasmError(ErrorCode.BadSettings, $"StoreOptions.{name} is {value}; allowed is {allowed}.");
        }
    }
}
