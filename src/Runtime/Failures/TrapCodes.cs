namespace WasmActors.Runtime.Failures;

/// <summary>The stable text codes of <see cref="TrapCode"/>.</summary>
public static class TrapCodes
{
    /// <summary>The text code, for example <c>trap.integer_divide_by_zero</c>.</summary>
    public static string Text(this TrapCode code) => code switch
    {
        TrapCode.StackOverflow => "trap.stack_overflow",
        TrapCode.MemoryOutOfBounds => "trap.memory_out_of_bounds",
        TrapCode.UnalignedAtomic => "trap.unaligned_atomic",
        TrapCode.TableOutOfBounds => "trap.table_out_of_bounds",
        TrapCode.IndirectCallToNull => "trap.indirect_call_to_null",
        TrapCode.BadSignature => "trap.bad_signature",
        TrapCode.IntegerOverflow => "trap.integer_overflow",
        TrapCode.IntegerDivideByZero => "trap.integer_divide_by_zero",
        TrapCode.BadConversionToInteger => "trap.bad_conversion_to_integer",
        TrapCode.Unreachable => "trap.unreachable",
        TrapCode.Interrupt => "trap.interrupt",
        TrapCode.OutOfFuel => "trap.out_of_fuel",
        TrapCode.AtomicWaitNonSharedMemory => "trap.atomic_wait_non_shared_memory",
        TrapCode.NullReference => "trap.null_reference",
        TrapCode.ArrayOutOfBounds => "trap.array_out_of_bounds",
        TrapCode.AllocationTooLarge => "trap.allocation_too_large",
        TrapCode.CastFailure => "trap.cast_failure",
        TrapCode.UncaughtException => "trap.uncaught_exception",
        TrapCode.Host => "trap.host",
        _ => "trap.other",
    };

    /// <summary>What happened, in the words of the WebAssembly specification where it has some.</summary>
    internal static string Description(this TrapCode code) => code switch
    {
        TrapCode.StackOverflow => "call stack exhausted",
        TrapCode.MemoryOutOfBounds => "out of bounds memory access",
        TrapCode.UnalignedAtomic => "unaligned atomic",
        TrapCode.TableOutOfBounds => "out of bounds table access",
        TrapCode.IndirectCallToNull => "uninitialized element",
        TrapCode.BadSignature => "indirect call type mismatch",
        TrapCode.IntegerOverflow => "integer overflow",
        TrapCode.IntegerDivideByZero => "integer divide by zero",
        TrapCode.BadConversionToInteger => "invalid conversion to integer",
        TrapCode.Unreachable => "unreachable",
        TrapCode.Interrupt => "interrupted",
        TrapCode.OutOfFuel => "all fuel consumed",
        TrapCode.AtomicWaitNonSharedMemory => "expected shared memory",
        TrapCode.NullReference => "null reference",
        TrapCode.ArrayOutOfBounds => "out of bounds array access",
        TrapCode.AllocationTooLarge => "allocation size too large",
        TrapCode.CastFailure => "cast failure",
        TrapCode.UncaughtException => "uncaught exception",
        _ => "trap",
    };
}
