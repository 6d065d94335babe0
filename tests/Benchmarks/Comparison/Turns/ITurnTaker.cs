namespace WasmActors.Benchmarks.Comparison.Turns;

/// <summary>A contender at work, in a process of its own.</summary>
internal interface ITurnTaker : IAsyncDisposable
{
    /// <summary>Does what the turn says, checks every result and answers what it took.</summary>
    /// <exception cref="Exception">A result was wrong or work failed: nothing is measured then.</exception>
    Task<Measurement> TakeAsync(Turn turn);
}
