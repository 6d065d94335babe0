namespace WasmActors.Runtime.Failures;

/// <summary>Why a guest trapped. The numbers up to 49 are Wasmtime's <c>wasmtime_trap_code_t</c>.</summary>
public enum TrapCode
{
    /// <summary>The guest used up its stack.</summary>
    StackOverflow = 0,

    /// <summary>A load or store outside of the memory.</summary>
    MemoryOutOfBounds = 1,

    /// <summary>An atomic access to an address that is not a multiple of its size.</summary>
    UnalignedAtomic = 2,

    /// <summary>An access outside of the table.</summary>
    TableOutOfBounds = 3,

    /// <summary>An indirect call through a null element.</summary>
    IndirectCallToNull = 4,

    /// <summary>An indirect call of a function of another type.</summary>
    BadSignature = 5,

    /// <summary>An integer operation overflowed.</summary>
    IntegerOverflow = 6,

    /// <summary>An integer division by zero.</summary>
    IntegerDivideByZero = 7,

    /// <summary>A float that is no integer was converted to one.</summary>
    BadConversionToInteger = 8,

    /// <summary>An <c>unreachable</c> was reached.</summary>
    Unreachable = 9,

    /// <summary>The guest was interrupted from outside.</summary>
    Interrupt = 10,

    /// <summary>The guest used up its fuel.</summary>
    OutOfFuel = 11,

    /// <summary>An atomic wait on a memory that is not shared.</summary>
    AtomicWaitNonSharedMemory = 12,

    /// <summary>A null reference was used.</summary>
    NullReference = 13,

    /// <summary>An access outside of an array.</summary>
    ArrayOutOfBounds = 14,

    /// <summary>An allocation in the guest's heap was too large.</summary>
    AllocationTooLarge = 15,

    /// <summary>A reference was cast to a type that it is not of.</summary>
    CastFailure = 16,

    /// <summary>An exception left the guest without having been caught.</summary>
    UncaughtException = 49,

    /// <summary>A host function raised the trap.</summary>
    Host = 1000,

    /// <summary>A trap of Wasmtime's that has no name here; the message says which.</summary>
    Other = 1001,
}
