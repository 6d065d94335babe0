namespace WasmActors.Host.Persistence.States;

/// <summary>How states are kept.</summary>
internal sealed record StateStoreOptions
{
    /// <summary>Commits before the newest checkpoint whose rows are kept, so that an unknown outcome can be looked
    /// up.</summary>
    public const int KeptCommits = 100;

    /// <summary>Every so many commits of a state, and with each checkpoint, its old answers are deleted.</summary>
    public const int ForgetEvery = 32;

    /// <summary>What a commit in SQLite survives. Default <see cref="StateDurability.Full"/>.</summary>
    public StateDurability Durability { get; init; } = StateDurability.Full;

    /// <summary>Answers that are kept of each key, the newest. Default 100.</summary>
    public int Answers { get; init; } = 100;

    /// <summary>How long an answer counts. Default 24 h.</summary>
    public TimeSpan AnswerAge { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How long SQLite waits for another process that writes. Default 5 s.</summary>
    public TimeSpan LockPatience { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The clock that ages answers.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
