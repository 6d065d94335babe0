namespace WasmActors.Functions.Api;

/// <summary>When stores of keyed functions change over to a version that was made the active one. Stateless functions
/// change with the next call, and a call that runs is never disturbed.</summary>
public enum RollOut
{
    /// <summary>When they are idle and passivated, so that nothing is lost that would have lived on. New keys start
    /// with the new version.</summary>
    WhenIdle,

    /// <summary>Before their next call: what they held is lost.</summary>
    AtOnce,
}
