namespace WasmActors.Guests;

/// <summary>What a C guest is compiled into.</summary>
public enum GuestKind
{
    /// <summary>A WASI program with a main function, run once by <c>_start</c>.</summary>
    Command,

    /// <summary>A WASI library: <c>_initialize</c> once, then its exports in any order.</summary>
    Reactor,

    /// <summary>A module without libc and without imports of its own, every function exported.</summary>
    Freestanding,
}
