namespace WasmActors.Functions.Idempotency;

/// <summary>The bytes that all keys of a node may have for what they remember of calls.</summary>
/// <param name="Calls">That there were such calls.</param>
/// <param name="Outputs">What they were answered.</param>
internal sealed record AnswerRoom(ByteBudget Calls, ByteBudget Outputs);
