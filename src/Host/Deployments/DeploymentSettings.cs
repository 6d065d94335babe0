using System.Text.Json;
using WasmActors.Actors.Functions;
using WasmActors.Runtime.Calls;

namespace WasmActors.Host.Deployments;

/// <summary>How a module is deployed, as the HTTP API and the file beside a module say it; null for the default.</summary>
internal sealed record DeploymentSettings
{
    /// <summary>SHA-256 of the stored module; not in a file beside a module.</summary>
    public string? ModuleDigest { get; init; }

    /// <summary>See <see cref="SettingNames.Kinds"/>.</summary>
    public string? Kind { get; init; }

    /// <summary>See <see cref="SettingNames.Conventions"/>.</summary>
    public string? Convention { get; init; }

    /// <summary>See <see cref="SettingNames.Reuses"/>.</summary>
    public string? Reuse { get; init; }

    /// <summary>The deployer's name for the version.</summary>
    public string? Label { get; init; }

    /// <summary>See <see cref="SettingNames.RollOuts"/>.</summary>
    public string? RollOut { get; init; }

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

    /// <summary>The function that they say.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="convention">The calling convention where they say none.</param>
    /// <exception cref="WasmError"><c>function.bad_spec</c>: a choice or a duration is none. The rest is looked at by the deployment.</exception>
    public FunctionSpec ToSpec(string name, CallingConvention convention = CallingConvention.Core) => new(name)
    {
        ModuleDigest = ModuleDigest ?? "",
        Label = Label,
        Kind = SettingNames.Kinds.Read(Kind) ?? default,
        Convention = SettingNames.Conventions.Read(Convention) ?? convention,
        Reuse = SettingNames.Reuses.Read(Reuse) ?? default,
        Limits = Limits?.ToLimits() ?? new FunctionLimits(),
        Grants = Grants?.ToGrants() ?? new FunctionGrants(),
    };

    /// <summary>When keyed stores change over.</summary>
    /// <exception cref="WasmError"><c>function.bad_spec</c></exception>
    public RollOut ToRollOut() => SettingNames.RollOuts.Read(RollOut) ?? default;

    /// <summary>These settings over others: what is null here is taken from there.</summary>
    public DeploymentSettings Over(DeploymentSettings other) => new()
    {
        ModuleDigest = ModuleDigest ?? other.ModuleDigest,
        Kind = Kind ?? other.Kind,
        Convention = Convention ?? other.Convention,
        Reuse = Reuse ?? other.Reuse,
        Label = Label ?? other.Label,
        RollOut = RollOut ?? other.RollOut,
        Limits = Limits is not null && other.Limits is not null ? Limits.Over(other.Limits) : Limits ?? other.Limits,
        Grants = Grants is not null && other.Grants is not null ? Grants.Over(other.Grants) : Grants ?? other.Grants,
    };
}
