using WasmActors.Guests.Hostile;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Limits;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Modules.Binary;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Tests.Stores;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Tests.Modules;

/// <summary>Damaged modules are compiled, instantiated and called: each answers a result or an error, none ends the process.</summary>
public sealed class MutationTests
{
    private const int Seed = 20_250_917;

    private static readonly StoreLimits s_limits = new() { Deadline = TimeSpan.FromMilliseconds(50), MemoryBytes = 16 << 20, TableElements = 10_000 };

    [Fact]
    public void Ten_thousand_damaged_modules_answer_results_or_errors()
    {
        var random = new Random(Seed);
        byte[][] originals = [.. DamagedModules.Originals.Select(ModuleText.ToBinary)];
        var outcomes = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int i = 0; i < 10_000; i++)
        {
            string outcome = Outcome(DamagedModules.Mutate(random, originals[i % originals.Length]));
            outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + 1;
        }

        Assert.True(outcomes.GetValueOrDefault("ran") > 100, string.Join(", ", outcomes));
        Assert.True(outcomes.GetValueOrDefault("module.invalid") > 100, string.Join(", ", outcomes));
        Assert.Equal("ran", Outcome(originals[0]));
    }

    private static string Outcome(byte[] bytes)
    {
        using var store = new TestStore(s_limits);
        try
        {
            using var module = WasmModule.FromBytes(store.Engine, bytes);
            var instance = store.Store.Instantiate(module, new ImportSet { Unknown = UnknownImports.Trap });
            foreach (var (_, item) in instance.Exports)
            {
                _ = item.Type;
                if (item is WasmFunc func)
                {
                    Call(func);
                }
            }

            return "ran";
        }
        catch (WasmException failure)
        {
            Assert.DoesNotContain(failure.Message, char.IsControl);
            return failure.Code;
        }
    }

    private static void Call(WasmFunc func)
    {
        if (!func.Type.Params.All(static p => p.IsNumeric || p.IsNullable))
        {
            return;
        }

        try
        {
            func.CallVals([.. func.Type.Params.Select(static p => p.IsNumeric ? Val.Number(p.Kind, 3, 0) : Val.Null(p))]);
        }
        catch (Trap)
        {
            // as good an answer as a result
        }
    }
}
