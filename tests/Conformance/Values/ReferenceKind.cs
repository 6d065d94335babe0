namespace WasmActors.Conformance.Values;

/// <summary>What a reference that is not null may be expected to be.</summary>
internal enum ReferenceKind
{
    /// <summary>Anything of the guest's heap.</summary>
    Any,

    /// <summary>Something that can be compared.</summary>
    Eq,

    /// <summary>A 31-bit integer.</summary>
    I31,

    /// <summary>A struct.</summary>
    Struct,

    /// <summary>An array.</summary>
    Array,

    /// <summary>A function.</summary>
    Func,

    /// <summary>An exception.</summary>
    Exn,

    /// <summary>An object of the host.</summary>
    Extern,
}
