namespace WasmActors.Runtime.Failures;

/// <summary>What became of a store whose guest was interrupted in the middle of a call, or failed where a policy says that the store ends with that.</summary>
public enum StoreFate
{
    /// <summary>It was kept as the guest left it.</summary>
    Kept,

    /// <summary>A fresh store took its place.</summary>
    Replaced,

    /// <summary>It was stopped.</summary>
    Stopped,
}
