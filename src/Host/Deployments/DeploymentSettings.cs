using System.Text.Json;
using WasmActors.Functions.Api;
using WasmActors.Runtime.Failures;

namespace WasmActors.Host.Deployments;

/// <summary>
/// How a function is deployed, as the HTTP API and the file beside a module say it. Null for a setting that is not given: it carries over from the
/// active version, or has its default if the function is new.
/// </summary>
internal sealed record DeploymentSettings
{
    /// <summary>SHA-256 of the stored module; not in a file beside a module.</summary>
    public string? ModuleDigest { get; init; }

    /// <summary>See <see cref="SettingNames.Kinds"/>.</summary>
    public string? Kind { get; init; }

    /// <summary>Whether the kind may be another than the active version's. Default false.</summary>
    public bool? ChangeKind { get; init; }

    /// <summary>See <see cref="SettingNames.Conventions"/>.</summary>
    public string? Convention { get; init; }

    /// <summary>Whether the convention may be another than the active version's. Default false.</summary>
    public bool? ChangeConvention { get; init; }

    /// <summary>See <see cref="SettingNames.Reuses"/>.</summary>
    public string? Reuse { get; init; }

    /// <summary>See <see cref="SettingNames.States"/>.</summary>
    public string? State { get; init; }

    /// <summary>The deployer's name for the version.</summary>
    public string? Label { get; init; }

    /// <summary>See <see cref="SettingNames.RollOuts"/>.</summary>
    public string? RollOut { get; init; }

    /// <summary>Settings that do not carry over, see <see cref="SettingReset"/>.</summary>
    public IReadOnlyList<string>? Reset { get; init; }

    /// <summary>What it may use.</summary>
    public LimitSettings? Limits { get; init; }

    /// <summary>What it gets to see.</summary>
    public GrantSettings? Grants { get; init; }

    /// <summary>Reads JSON; members that are not known are refused.</summary>
    /// <exception cref="WasmError"><c>function.bad_spec</c>, with line and member.</exception>
    public static DeploymentSettings Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json.StartsWith("\uFEFF"u8) ? json[3..] : json, DeploymentJson.Default.DeploymentSettings)
                ?? throw new WasmError(FunctionErrorCode.BadSpec, "A JSON object was expected, for example { \"kind\": \"keyed\" }.");
        }
        catch (JsonException invalid)
        {
            throw new WasmError(FunctionErrorCode.BadSpec, GuestText.Clean(Problem(invalid), GuestText.MessageLimit), invalid);
        }
    }

    // The reader's own words where it is no JSON; otherwise they would name our classes.
    private static string Problem(JsonException invalid) =>
        invalid.InnerException is JsonException syntax
            ? $"This is no JSON: {syntax.Message}"
            : $"{invalid.Path} in line {invalid.LineNumber + 1} is no setting, is there twice, or has a value of another kind: docs/http-api.md lists the settings.";

    /// <summary>The settings of a specification. Only what has no value is left out.</summary>
    public static DeploymentSettings Of(FunctionSpec spec) => new()
    {
        ModuleDigest = spec.ModuleDigest,
        Kind = SettingNames.Kinds.NameOf(spec.Kind),
        Convention = SettingNames.Conventions.NameOf(spec.Convention),
        Reuse = SettingNames.Reuses.NameOf(spec.Reuse),
        State = SettingNames.States.NameOf(spec.State),
        Label = spec.Label,
        Limits = LimitSettings.Of(spec.Limits),
        Grants = GrantSettings.Of(spec.Grants),
    };

    /// <summary>Applies them to a specification: each setting that is given replaces the specification's as a whole.</summary>
    /// <param name="before">The active version's, or the defaults of a function that is new.</param>
    /// <exception cref="WasmError"><c>function.bad_spec</c>: a choice, a duration or a name is none. Ranges are checked by the deployment.</exception>
    public FunctionSpec Onto(FunctionSpec before)
    {
        var kept = SettingReset.Apply(Reset ?? [], Of(before));
        var settings = this with
        {
            ModuleDigest = ModuleDigest ?? kept.ModuleDigest,
            Kind = Kind ?? kept.Kind,
            Convention = Convention ?? kept.Convention,
            Reuse = Reuse ?? kept.Reuse,
            State = State ?? kept.State,
            Label = Label ?? kept.Label,
            Limits = Limits is not null && kept.Limits is not null ? Limits.Over(kept.Limits) : Limits ?? kept.Limits,
            Grants = Grants is not null && kept.Grants is not null ? Grants.InPlaceOf(kept.Grants) : Grants ?? kept.Grants,
        };
        return new FunctionSpec(before.Name)
        {
            ModuleDigest = settings.ModuleDigest ?? "",
            Label = settings.Label,
            Kind = SettingNames.Kinds.Read(settings.Kind) ?? default,
            Convention = SettingNames.Conventions.Read(settings.Convention) ?? default,
            Reuse = SettingNames.Reuses.Read(settings.Reuse) ?? default,
            State = SettingNames.States.Read(settings.State) ?? default,
            Limits = settings.Limits?.ToLimits() ?? new FunctionLimits(),
            Grants = settings.Grants?.ToGrants() ?? new FunctionGrants(),
        };
    }

    /// <summary>How the deployment is made.</summary>
    /// <param name="expectedActive">Number that the active version must have, 0 for no such function; null for any.</param>
    /// <param name="dryRun">Whether everything is only checked.</param>
    /// <exception cref="WasmError"><c>function.bad_spec</c></exception>
    public DeployOptions ToOptions(int? expectedActive = null, bool dryRun = false) => new()
    {
        RollOut = SettingNames.RollOuts.Read(RollOut) ?? default,
        ExpectedActive = expectedActive,
        ChangeKind = ChangeKind ?? false,
        ChangeConvention = ChangeConvention ?? false,
        DryRun = dryRun,
    };

    /// <summary>These settings over those of a file: single values replace the file's; variables, folders and sets are added to them.</summary>
    public DeploymentSettings Over(DeploymentSettings other) => new()
    {
        ModuleDigest = ModuleDigest ?? other.ModuleDigest,
        Kind = Kind ?? other.Kind,
        ChangeKind = ChangeKind ?? other.ChangeKind,
        Convention = Convention ?? other.Convention,
        ChangeConvention = ChangeConvention ?? other.ChangeConvention,
        Reuse = Reuse ?? other.Reuse,
        State = State ?? other.State,
        Label = Label ?? other.Label,
        RollOut = RollOut ?? other.RollOut,
        Reset = Reset is null ? other.Reset : [.. (other.Reset ?? []).Union(Reset, StringComparer.Ordinal)],
        Limits = Limits is not null && other.Limits is not null ? Limits.Over(other.Limits) : Limits ?? other.Limits,
        Grants = Grants is not null && other.Grants is not null ? Grants.Over(other.Grants) : Grants ?? other.Grants,
    };
}
