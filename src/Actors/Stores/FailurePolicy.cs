namespace WasmActors.Actors.Stores;

/// <summary>What becomes of a store whose guest was interrupted by a deadline or a cancellation, trapped, or was let
/// down by the host in
/// the middle of a call.</summary>
public enum FailurePolicy
{
    /// <summary>A fresh store is made the same way: same instances, same handles, first state; when,
    /// <see cref="RestartPolicy"/> says. The
    /// default after an interruption.</summary>
    Replace,

    /// <summary>The store is kept as the guest left it: for guests whose state cannot be half changed. The default
    /// after a trap and a
    /// failure of the host.</summary>
    Keep,

    /// <summary>The store is stopped.</summary>
    Stop,
}
