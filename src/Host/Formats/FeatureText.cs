using System.Diagnostics.CodeAnalysis;
using WasmActors.Runtime.Limits;

namespace WasmActors.Host.Formats;

/// <summary>Features of WebAssembly by their usual names.</summary>
internal static class FeatureText
{
    private static readonly (string Name, WasmFeatures Feature)[] s_features =
    [
        ("tail-calls", WasmFeatures.TailCalls),
        ("relaxed-simd", WasmFeatures.RelaxedSimd),
        ("memory64", WasmFeatures.Memory64),
        ("multi-memory", WasmFeatures.MultiMemory),
        ("gc", WasmFeatures.Gc),
        ("exceptions", WasmFeatures.Exceptions),
        ("threads", WasmFeatures.Threads),
        ("wide-arithmetic", WasmFeatures.WideArithmetic),
        ("custom-page-sizes", WasmFeatures.CustomPageSizes),
        ("all", WasmFeatures.All),
    ];

    /// <summary>All names, for help and messages.</summary>
    public static string Names => string.Join(", ", s_features.Select(static f => f.Name));

    /// <summary>The names of features, one for each.</summary>
    public static IEnumerable<string> NamesOf(WasmFeatures features) =>
        s_features.Where(f => f.Feature != WasmFeatures.All && features.HasFlag(f.Feature)).Select(static f => f.Name);

    /// <summary>Reads one name.</summary>
    public static bool TryParse(string text, out WasmFeatures value, [NotNullWhen(false)] out string? problem)
    {
        var (name, feature) = Array.Find(s_features, f => f.Name == text);
        value = feature;
        problem = name is null ? $"'{text}' is no feature: expected one of {Names}" : null;
        return name is not null;
    }
}
