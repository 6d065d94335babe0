namespace WasmActors.Resilience.Running;

/// <summary>Something that must hold, and the defences without which it does not.</summary>
/// <param name="Name">As on the command line.</param>
/// <param name="Promise">What must hold, in a sentence.</param>
/// <param name="Defences">What <c>--without</c> takes, and what that does.</param>
/// <param name="RunAsync">Tells and judges its figures.</param>
internal sealed record Scenario(string Name, string Promise, IReadOnlyDictionary<string, string> Defences, Func<ScenarioRun, Task> RunAsync);
