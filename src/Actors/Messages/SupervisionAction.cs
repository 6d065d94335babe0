namespace WasmActors.Actors.Messages;

/// <summary>What was decided about a store.</summary>
public enum SupervisionAction
{
    /// <summary>It is made again, at once or after a delay.</summary>
    Replace,

    /// <summary>It has failed too often: it takes nothing for a while, then it is tried.</summary>
    OpenCircuit,

    /// <summary>It has served again after a rest.</summary>
    CloseCircuit,

    /// <summary>It is stopped.</summary>
    Stop,
}
