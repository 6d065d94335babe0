using WasmActors.Benchmarks.Comparison.Turns;

namespace WasmActors.Benchmarks.Comparison.Rows;

/// <summary>One kind of work, and who does it. The contenders take turns, so that what drifts hits all of them.</summary>
internal sealed record Row
{
    /// <summary>Name on the command line.</summary>
    public required string Name { get; init; }

    /// <summary>What is compared.</summary>
    public required string Title { get; init; }

    /// <summary>Who does the work, in the order of their turns.</summary>
    public required IReadOnlyList<Contender> Contenders { get; init; }

    /// <summary>Whose values are 1 in the ratios.</summary>
    public required string Reference { get; init; }

    /// <summary>The values that are compared.</summary>
    public required IReadOnlyList<Metric> Metrics { get; init; }

    /// <summary>The turns of one round in a full run.</summary>
    public required IReadOnlyList<Turn> Full { get; init; }

    /// <summary>The turns of one round in a quick run.</summary>
    public required IReadOnlyList<Turn> Quick { get; init; }

    /// <summary>Rounds of a full run.</summary>
    public required int FullRounds { get; init; }

    /// <summary>Rounds of a quick run.</summary>
    public required int QuickRounds { get; init; }

    /// <summary>Whether the work is done in the guests, so that one round is enough to warm up.</summary>
    public bool GuestsCompute { get; init; }

    /// <summary>Whether each turn has a process of its own, so that memory is counted from a clean start. Otherwise a contender's
    /// process lives for all its turns, after some that are not counted.</summary>
    public bool FreshProcesses { get; init; }
}
