namespace WasmActors.Runtime.Limits;

/// <summary>How far the guests of a store are trusted: where its settings begin. Every figure can be set otherwise.</summary>
public enum StoreProfile
{
    /// <summary>Guests that others wrote and that somebody looked at: bounded in everything, with room for what compilers make of real
    /// programs. The default.</summary>
    Standard,

    /// <summary>The host's own guests: every feature, wide limits.</summary>
    Trusted,

    /// <summary>Guests of anybody: one instance, tight limits, time slices, nothing that could hold a thread beyond the deadline. A
    /// setting that would take this back is refused.</summary>
    Strict,
}
