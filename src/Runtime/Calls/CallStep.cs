namespace WasmActors.Runtime.Calls;

/// <summary>How one step of a <see cref="GuestCall"/> ended.</summary>
public enum CallStep
{
    /// <summary>The call is done; its results can be read.</summary>
    Completed,

    /// <summary>The time slice is over; step again to go on.</summary>
    Yielded,

    /// <summary>An import waits for its answer; step again when it is there.</summary>
    Parked,

    /// <summary>The call failed; <see cref="GuestCall.Failure"/> says why.</summary>
    Trapped,
}
