using System.Collections.Immutable;
using System.Text.Json;
using WasmActors.Conformance.Running;

namespace WasmActors.Conformance.Reports;

/// <summary>The list of what Wasmtime itself cannot do, which the program carries: known-limits.json.</summary>
internal sealed class KnownLimits(ImmutableArray<KnownLimit> limits)
{
    /// <summary>No limits: everything that fails is a failure.</summary>
    public static KnownLimits None { get; } = new([]);

    /// <summary>The list.</summary>
    public static KnownLimits Carried { get; } = new(JsonSerializer.Deserialize(Resource.Read("known-limits.json"), ReportJson.Default.ImmutableArrayKnownLimit));

    /// <summary>All of them.</summary>
    public ImmutableArray<KnownLimit> All => limits;

    /// <summary>The failure as it is to be counted: skipped where a limit explains it.</summary>
    public FormResult Apply(string path, FormResult failure)
    {
        var limit = limits.FirstOrDefault(limit => limit.Explains(path, failure));
        return limit is null ? failure : failure with { Outcome = Outcome.Skipped, Reason = limit.Reason };
    }
}
