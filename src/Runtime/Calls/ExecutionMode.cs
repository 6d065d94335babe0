namespace WasmActors.Runtime.Calls;

/// <summary>How a store runs its guests.</summary>
public enum ExecutionMode
{
    /// <summary>Preemptive for stores that are not trusted or that have served imports, direct otherwise; the default.</summary>
    Automatic,

    /// <summary>A call runs to its end on the thread that steps it, bounded by its deadline: the fastest, for short functions that
    /// are trusted. Imports that are answered later cannot be used.</summary>
    Direct,

    /// <summary>A call runs in time slices and can wait for an import's answer without a thread.</summary>
    Preemptive,
}
