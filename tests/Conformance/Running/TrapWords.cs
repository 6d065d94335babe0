using WasmActors.Runtime.Failures;

namespace WasmActors.Conformance.Running;

/// <summary>Which traps the words of the specification's scripts mean.</summary>
internal static class TrapWords
{
    private static readonly (string Words, TrapCode[] Codes)[] s_words =
    [
        ("unreachable", [TrapCode.Unreachable]),
        ("integer divide by zero", [TrapCode.IntegerDivideByZero]),
        ("integer overflow", [TrapCode.IntegerOverflow]),
        ("invalid conversion to integer", [TrapCode.BadConversionToInteger]),
        ("out of bounds memory access", [TrapCode.MemoryOutOfBounds]),
        ("out of bounds table access", [TrapCode.TableOutOfBounds]),
        ("undefined element", [TrapCode.TableOutOfBounds]),
        ("uninitialized element", [TrapCode.IndirectCallToNull]),
        ("indirect call type mismatch", [TrapCode.BadSignature]),
        ("indirect call signature mismatch", [TrapCode.BadSignature]),
        ("out of bounds array access", [TrapCode.ArrayOutOfBounds]),
        ("null ", [TrapCode.NullReference]),
        ("cast failure", [TrapCode.CastFailure]),
        ("descriptor cast failure", [TrapCode.CastFailure]),
        ("call stack exhausted", [TrapCode.StackOverflow]),
        ("unaligned atomic", [TrapCode.UnalignedAtomic]),
        ("expected shared memory", [TrapCode.AtomicWaitNonSharedMemory]),
        ("allocation size too large", [TrapCode.AllocationTooLarge]),
    ];

    /// <summary>Whether the trap is the one that the words mean. Words that are not known must be the beginning of the trap's own.</summary>
    public static bool Match(string words, Trap trap)
    {
        foreach (var (known, codes) in s_words)
        {
            if (words.StartsWith(known, StringComparison.Ordinal))
            {
                return codes.Contains(trap.TrapCode);
            }
        }

        return words.Length > 0 && trap.Message.StartsWith(words, StringComparison.Ordinal);
    }
}
