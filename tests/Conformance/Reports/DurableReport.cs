using System.Collections.Immutable;

namespace WasmActors.Conformance.Reports;

/// <summary>What became of the twins whose state was moved after every action.</summary>
/// <param name="Instances">Instances that had one.</param>
/// <param name="Moves">Actions after which the whole state was moved.</param>
/// <param name="RolledBack">Failed actions that were undone in place.</param>
/// <param name="Replaced">Failed actions that were undone in a fresh instance, because something grew or was
/// dropped.</param>
/// <param name="Refused">Instances without one, by reason.</param>
internal sealed record DurableReport(int Instances, int Moves, int RolledBack, int Replaced, ImmutableSortedDictionary<string, int> Refused)
{
    /// <summary>The figures in lines.</summary>
    public IEnumerable<string> Lines =>
    [
        $"durable: {Instances} instances, state moved after {Moves} actions; "
            + $"{RolledBack} failed actions undone in place, {Replaced} in a fresh instance",
        .. Refused.Select(static r => $"durable: {r.Value} instances without: {r.Key}"),
    ];
}
