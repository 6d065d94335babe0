namespace WasmActors.Functions.State;

/// <summary>The answer to a call with an idempotency key, stored in the commit of this call.</summary>
/// <param name="Key">The call's idempotency key.</param>
/// <param name="RequestHash">A hash of the call's export and input, by which a reused key is noticed.</param>
/// <param name="Sequence">The sequence of the call's commit.</param>
/// <param name="At">When the call was answered, by the clock of its node; stored in whole milliseconds.</param>
/// <param name="Answer">The encoded answer.</param>
public sealed record StoredAnswer(string Key, byte[] RequestHash, long Sequence, DateTimeOffset At, byte[] Answer);
