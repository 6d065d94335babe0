namespace WasmActors.Conformance.Values;

/// <summary>Classes of NaN that a result may be expected to be of; the sign is free.</summary>
internal enum NanClass
{
    /// <summary>The highest bit of the fraction is set, and no other.</summary>
    Canonical,

    /// <summary>The highest bit of the fraction is set.</summary>
    Arithmetic,
}
