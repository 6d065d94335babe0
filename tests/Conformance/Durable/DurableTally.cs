using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.RegularExpressions;
using WasmActors.Conformance.Reports;

namespace WasmActors.Conformance.Durable;

/// <summary>Counts what becomes of moving twins. Usable from any thread.</summary>
internal sealed partial class DurableTally
{
    private readonly ConcurrentDictionary<string, int> _refused = new(StringComparer.Ordinal);
    private int _instances;
    private int _moves;
    private int _rolledBack;
    private int _replaced;

    /// <summary>An instance has a twin.</summary>
    public void AddInstance() => Interlocked.Increment(ref _instances);

    /// <summary>The state of a twin was moved after an action.</summary>
    public void AddMove() => Interlocked.Increment(ref _moves);

    /// <summary>An action failed, and what it changed was undone.</summary>
    /// <param name="inPlace">Whether it was undone in place; otherwise in a fresh instance.</param>
    public void AddRollBack(bool inPlace) => Interlocked.Increment(ref inPlace ? ref _rolledBack : ref _replaced);

    /// <summary>An instance has no twin, or none any more.</summary>
    public void Refuse(string reason) => _refused.AddOrUpdate(Particulars().Replace(reason, ""), 1, static (_, n) => n + 1);

    /// <summary>The figures so far.</summary>
    public DurableReport ToReport() =>
        new(_instances, _moves, _rolledBack, _replaced, _refused.ToImmutableSortedDictionary(StringComparer.Ordinal));

    // Names and indices.
    [GeneratedRegex(@" ('[^']*'|\d+)")]
    private static partial Regex Particulars();
}
