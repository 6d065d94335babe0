using CsCheck;
using WasmActors.Guests.Hostile;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Limits;
using WasmActors.Runtime.Modules.Binary;
using WasmActors.Runtime.Modules.Precheck;
using static WasmActors.Runtime.Tests.Modules.BinaryBuilder;

namespace WasmActors.Runtime.Tests.Modules.Precheck;

/// <summary>Whatever the bytes are, the look at them ends with nothing or with its own failure, and misses nothing that it was told.</summary>
public sealed class ModulePrecheckProperties
{
    private static readonly Gen<byte[]> s_bytes = Gen.Byte.Array[0, 64];

    private static readonly byte[][] s_valid =
    [
        CompileBombs.BranchTables(2, 3, 4),
        CompileBombs.WideCalls(3, 2),
        CompileBombs.TypeChains(2, 3),
        CompileBombs.Declarations(3, 3, 2, 2),
        CompileBombs.VectorBody(3),
        ModuleText.ToBinary("""(module (import "m" (item "f" (func)) (item "t" (table 5 funcref))) (tag $t (param i32)) (func (block $h (result i32) (try_table (catch $t $h) (throw $t (i32.const 1))) unreachable) drop))"""),
    ];

    [Fact]
    public void Random_bytes_end_in_nothing_or_in_the_failure() => s_bytes.Sample(static bytes => Check(bytes));

    [Fact]
    public void Random_sections_end_in_nothing_or_in_the_failure() =>
        Gen.Select(Gen.Byte[0, 14], s_bytes).Array[1, 5].Sample(static sections => Check(Module([.. sections.Select(static s => Section(s.Item1, s.Item2))])));

    [Fact]
    public void Random_bodies_end_in_nothing_or_in_the_failure() =>
        s_bytes.Sample(static body => Check(Module(Section(1, 0x01, 0x60, 0x00, 0x00), Section(3, 0x01, 0x00), Section(10, [0x01, .. Leb((ulong)body.Length), .. body]))));

    [Fact]
    public void Valid_modules_cut_off_anywhere_end_in_nothing_or_in_the_failure()
    {
        foreach (byte[] valid in s_valid)
        {
            for (int length = 0; length <= valid.Length; length++)
            {
                Check(valid[..length]);
            }
        }
    }

    [Fact]
    public void Valid_modules_with_changed_bytes_end_in_nothing_or_in_the_failure() =>
        Gen.Select(Gen.Int[0, s_valid.Length - 1], Gen.Select(Gen.Int[8, 10_000], Gen.Byte).Array[1, 6]).Sample(static (which, changes) =>
        {
            byte[] bytes = [.. s_valid[which]];
            foreach (var (at, value) in changes)
            {
                bytes[8 + (at % (bytes.Length - 8))] = value;
            }

            Check(bytes);
        });

    [Fact]
    public void Locals_and_loops_of_any_number_are_counted_exactly() =>
        Gen.Select(Gen.Int[1, 300], Gen.Int[1, 300]).Sample(static (locals, loops) =>
        {
            var figures = ModuleReader.Read(CompileBombs.LocalsTimesLoops(locals, loops), 10);
            return figures.Locals.Value == locals && figures.Nesting.Value == 1 && figures.FunctionCost.Value == (locals * (loops + 1L)) + (8 * loops) + 1;
        });

    [Fact]
    public void Values_that_stay_alive_through_loops_are_counted_exactly() =>
        Gen.Select(Gen.Int[1, 60], Gen.Int[1, 300]).Sample(static (values, loops) =>
        {
            int instructions = (3 * values) + (5 * loops);
            int variables = 1 * (loops + 1);
            return ModuleReader.Read(CompileBombs.LiveAcrossLoops(values, loops), 10).FunctionCost.Value == variables + instructions + (values * loops);
        });

    [Fact]
    public void Blocks_within_blocks_of_any_number_are_counted_exactly() =>
        Gen.Int[1, 2000].Sample(static depth => ModuleReader.Read(CompileBombs.DeepNesting(depth), 10).Nesting.Value == depth);

    private static void Check(byte[] bytes)
    {
        try
        {
            ModulePrecheck.Check(bytes, new ModuleLimits { Functions = 3, Types = 3, Nesting = 2, TotalCost = 1000 });
            ModulePrecheck.Check(bytes);
        }
        catch (WasmError refused)
        {
            Assert.Equal(ErrorCode.ModuleTooLarge, refused.Code);
        }
    }
}
