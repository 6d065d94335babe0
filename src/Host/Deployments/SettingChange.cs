using System.Text.Json;
using System.Text.Json.Nodes;
using WasmActors.Functions.Api;
using WasmActors.Runtime.Failures;

namespace WasmActors.Host.Deployments;

/// <summary>A setting in which a version differs from the one that was active before.</summary>
/// <param name="Setting">Its name in JSON, such as limits.deadline or grants.environment.LANG.</param>
/// <param name="From">What it was, absent for nothing. A list is JSON.</param>
/// <param name="To">What it is, absent for nothing.</param>
internal sealed record SettingChange(string Setting, string? From = null, string? To = null)
{
    private const string Variables = "grants.environment.";

    /// <summary>Finds what changed, in the order of the settings. Nothing where one of the two is null.</summary>
    public static IReadOnlyList<SettingChange> Between(FunctionSpec? before, FunctionSpec? after)
    {
        if (before is null || after is null)
        {
            return [];
        }

        var (old, now) = (Leaves(before), Leaves(after));
        return
        [
            .. now.Keys.Union(old.Keys, StringComparer.Ordinal)
                .Select(name => new SettingChange(name, old.GetValueOrDefault(name), now.GetValueOrDefault(name)))
                .Where(static c => c.From != c.To),
        ];
    }

    // Enough to tell modules apart.
    private const int DigestDigits = 12;

    /// <summary>For people. The values of environment variables are left out: they may be secrets, and this is shown and logged.</summary>
    public override string ToString() =>
        Setting.StartsWith(Variables, StringComparison.Ordinal) ? $"{Clean(Setting)} {(From is null ? "added" : To is null ? "removed" : "changed")}"
        : Setting == "moduleDigest" ? $"module: {Short(From)} -> {Short(To)}"
        : $"{Clean(Setting)}: {Clean(From ?? "none")} -> {Clean(To ?? "none")}";

    /// <summary>All of them on one line, for people; empty for none.</summary>
    public static string Describe(IEnumerable<SettingChange> changes) => string.Join("; ", changes);

    private static string Short(string? digest) => Clean(digest is null ? "none" : digest[..Math.Min(DigestDigits, digest.Length)]);

    private static string Clean(string text) => GuestText.Clean(text, GuestText.NameLimit);

    private static Dictionary<string, string> Leaves(FunctionSpec spec)
    {
        var leaves = new Dictionary<string, string>(StringComparer.Ordinal);
        Collect(JsonSerializer.SerializeToNode(DeploymentSettings.Of(spec), DeploymentJson.Default.DeploymentSettings)!.AsObject(), "", leaves);
        return leaves;
    }

    private static void Collect(JsonObject settings, string prefix, Dictionary<string, string> leaves)
    {
        foreach (var (name, value) in settings)
        {
            switch (value)
            {
                case JsonObject inner:
                    Collect(inner, $"{prefix}{name}.", leaves);
                    break;
                case JsonArray { Count: 0 } or null:
                    break;
                case JsonArray list:
                    leaves[prefix + name] = list.ToJsonString();
                    break;
                default:
                    leaves[prefix + name] = value.ToString();
                    break;
            }
        }
    }
}
