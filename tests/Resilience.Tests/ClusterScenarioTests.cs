using Xunit.Abstractions;

namespace WasmActors.Resilience.Tests;

/// <summary>
/// The scenarios of several nodes in their short form. Their nodes wait most of the time, so they run beside the scenarios of one process.
/// </summary>
public sealed class ClusterScenarioTests(ITestOutputHelper output)
{
    public static TheoryData<string> Scenarios => ["cluster", "catalogue", "starts", "stale", "nodes"];

    public static TheoryData<string, string, string[]> Defences => new()
    {
        { "cluster", "drain", [] },
        { "cluster", "resolver", [] },
        { "stale", "lease", [] },
        { "nodes", "drain", [] },
    };

    [SkippableTheory]
    [MemberData(nameof(Scenarios))]
    public Task A_scenario_holds(string scenario) => ShortForm.HoldsAsync(scenario, output);

    [SkippableTheory]
    [MemberData(nameof(Defences))]
    public Task A_scenario_fails_without_a_defence(string scenario, string defence, string[] options) => ShortForm.FailsAsync(scenario, defence, options, output);
}
