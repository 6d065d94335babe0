using WasmActors.Benchmarks.Comparison.Turns;

namespace WasmActors.Benchmarks.Comparison.Rows;

/// <summary>One of those that do the work of a row.</summary>
/// <param name="Name">Name in the report.</param>
/// <param name="SetUp">How it is set up, for the report.</param>
/// <param name="Create">Makes it, in its own process.</param>
/// <param name="ServerGc">Whether its process runs with the server's garbage collector.</param>
internal sealed record Contender(string Name, string SetUp, Func<ITurnTaker> Create, bool ServerGc = false);
