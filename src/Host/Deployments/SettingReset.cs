using WasmActors.Functions.Api;
using WasmActors.Runtime.Failures;

namespace WasmActors.Host.Deployments;

/// <summary>Settings of the active version that do not carry over to the next one: they have their defaults there, unless they are given.</summary>
internal static class SettingReset
{
    /// <summary>Stands for all settings but kind and convention, which only change when they are given.</summary>
    public const string All = "all";

    private static readonly Dictionary<string, Func<DeploymentSettings, DeploymentSettings>> s_resets = new(StringComparer.Ordinal)
    {
        [All] = static s => s with { Reuse = null, State = null, Label = null, Limits = null, Grants = null },
        ["reuse"] = static s => s with { Reuse = null },
        ["state"] = static s => s with { State = null },
        ["label"] = static s => s with { Label = null },
        ["limits"] = static s => s with { Limits = null },
        ["limits.memoryBytes"] = Limit(static l => l with { MemoryBytes = null }),
        ["limits.deadline"] = Limit(static l => l with { Deadline = null }),
        ["limits.fuel"] = Limit(static l => l with { Fuel = null }),
        ["limits.idleAfter"] = Limit(static l => l with { IdleAfter = null }),
        ["limits.queueLimit"] = Limit(static l => l with { QueueLimit = null }),
        ["limits.stores"] = Limit(static l => l with { Stores = null }),
        ["limits.payloadBytes"] = Limit(static l => l with { PayloadBytes = null }),
        ["grants"] = static s => s with { Grants = null },
        ["grants.environment"] = Grant(static g => g with { Environment = null }),
        ["grants.folders"] = Grant(static g => g with { Folders = null }),
        ["grants.imports"] = Grant(static g => g with { Imports = null }),
        ["grants.callerArguments"] = Grant(static g => g with { CallerArguments = null }),
        ["grants.callerEnvironment"] = Grant(static g => g with { CallerEnvironment = null }),
        ["grants.features"] = Grant(static g => g with { Features = null }),
    };

    /// <summary>What can be reset.</summary>
    public static IEnumerable<string> Names => s_resets.Keys;

    /// <summary>Takes settings out.</summary>
    /// <exception cref="WasmError"><c>function.bad_spec</c>: a name is none of <see cref="Names"/>.</exception>
    public static DeploymentSettings Apply(IEnumerable<string?> names, DeploymentSettings settings) =>
        names.Aggregate(settings, static (left, name) => (Find(name) ?? throw Unknown(name))(left));

    private static Func<DeploymentSettings, DeploymentSettings>? Find(string? name) => name is null ? null : s_resets.GetValueOrDefault(name);

    private static WasmError Unknown(string? name) =>
        new(FunctionErrorCode.BadSpec, $"reset names '{GuestText.Clean(name ?? "null", GuestText.NameLimit)}'; allowed are {string.Join(", ", Names)}.");

    private static Func<DeploymentSettings, DeploymentSettings> Limit(Func<LimitSettings, LimitSettings> reset) =>
        settings => settings with { Limits = settings.Limits is { } limits ? reset(limits) : null };

    private static Func<DeploymentSettings, DeploymentSettings> Grant(Func<GrantSettings, GrantSettings> reset) =>
        settings => settings with { Grants = settings.Grants is { } grants ? reset(grants) : null };
}
