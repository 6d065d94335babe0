using Xunit.Abstractions;

namespace WasmActors.Resilience.Tests;

/// <summary>
/// The scenarios in which nodes come and go, in their short form. Nodes wait most of the time, so these run beside the scenarios of one process.
/// </summary>
public sealed class ClusterScenarioTests(ITestOutputHelper output)
{
    public static TheoryData<string> Scenarios => ["cluster", "nodes"];

    public static TheoryData<string, string, string[]> Defences => new()
    {
        { "cluster", "drain", [] },
        { "cluster", "resolver", [] },
        { "nodes", "drain", [] },
    };

    [SkippableTheory]
    [MemberData(nameof(Scenarios))]
    public Task A_scenario_holds(string scenario) => ShortForm.HoldsAsync(scenario, output);

    [SkippableTheory]
    [MemberData(nameof(Defences))]
    public Task A_scenario_fails_without_a_defence(string scenario, string defence, string[] options)
    {
        ShortForm.SkipUnlessAll();
        return ShortForm.FailsAsync(scenario, defence, options, output);
    }
}
