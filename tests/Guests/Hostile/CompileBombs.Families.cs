namespace WasmActors.Guests.Hostile;

/// <summary>The families by name, in a size that costs gigabytes or minutes where nothing stands against it.</summary>
public static partial class CompileBombs
{
    private static readonly Dictionary<string, Func<double, byte[]>> s_families = new(StringComparer.Ordinal)
    {
        [nameof(TinyFunctions)] = static scale => TinyFunctions(Of(100_000, scale)),
        [nameof(LocalsTimesLoops)] = static scale => LocalsTimesLoops(Of(10_000, scale), Of(10_000, scale)),
        [nameof(DeepNesting)] = static scale => DeepNesting(Of(20_000, scale)),
        [nameof(BranchTables)] = static scale => BranchTables(10, Of(30_000, scale), 1000),
        [nameof(LongBody)] = static scale => LongBody(Of(1_000_000, scale)),
        [nameof(VectorBody)] = static scale => VectorBody(Of(40_000, scale)),
        [nameof(LiveAcrossLoops)] = static scale => LiveAcrossLoops(Of(4000, scale), Of(4000, scale)),
        [nameof(WideCalls)] = static scale => WideCalls(500, Of(2000, scale)),
        [nameof(WideBlocks)] = static scale => WideBlocks(500, Of(2000, scale)),
        [nameof(WideStructs)] = static scale => WideStructs(1000, Of(1000, scale)),
        [nameof(TypeChains)] = static scale => TypeChains(Of(100, scale), 600),
        [nameof(SparseMemories)] = static scale => SparseMemories(Of(30, scale)),
        [nameof(LargeData)] = static scale => LargeData(Of(33 << 20, scale)),
        [nameof(CustomSections)] = static scale => CustomSections(Of(100_000, scale), 10),
        [nameof(Declarations)] = static scale => Declarations(Of(60_000, scale), 1000, 1000, 1000),
    };

    /// <summary>Names of all families.</summary>
    public static IReadOnlyCollection<string> Families => s_families.Keys;

    /// <summary>A bomb of a family.</summary>
    /// <param name="family">One of <see cref="Families"/>.</param>
    /// <param name="scale">1 for the usual size; some families grow with its square.</param>
    public static byte[] Make(string family, double scale = 1) => s_families[family](scale);

    private static int Of(int usual, double scale) => (int)(usual * scale);
}
