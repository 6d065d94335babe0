namespace WasmActors.Runtime.Calls;

/// <summary>Why a running call was told to end.</summary>
public enum Interruption
{
    /// <summary>Its caller no longer wants the answer.</summary>
    Cancelled,

    /// <summary>Its deadline has come.</summary>
    DeadlineExceeded,
}
