using Xunit.Abstractions;

namespace WasmActors.Resilience.Tests;

/// <summary>
/// The scenarios in which nodes lose what they own, the catalogue or keys, in their short form. Nodes wait most of the time, so
/// these run beside the scenarios of one process.
/// </summary>
public sealed class OwnershipScenarioTests(ITestOutputHelper output)
{
    public static TheoryData<string> Scenarios => ["catalogue", "starts", "stale", "commits", "durable"];

    public static TheoryData<string, string, string[]> Defences => new()
    {
        { "stale", "lease", [] },
        { "commits", "gate", [] },
        { "durable", "identity", [] },
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
