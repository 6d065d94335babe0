using Xunit.Abstractions;

namespace WasmActors.Resilience.Tests;

/// <summary>The scenarios of one process in their short form: each holds, and without each of its defences it does not.</summary>
public sealed class ScenarioTests(ITestOutputHelper output)
{
    public static TheoryData<string> Scenarios => ["malformed", "readers", "bombs", "churn", "endless", "tenants", "overload", "artifacts", "http", "protocol", "soak"];

    public static TheoryData<string, string, string[]> Defences => new()
    {
        { "readers", "budget", [] },
        { "malformed", "types", ["--count", "4000"] },
        { "malformed", "deadline", ["--count", "4000"] },
        { "malformed", "limits", ["--count", "500"] },
        { "bombs", "isolation", [] },
        { "churn", "disposal", ["--count", "2000"] },
        { "endless", "deadline", [] },
        { "endless", "preemption", [] },
        { "endless", "reserve", [] },
        { "tenants", "stores", ["--count", "50000"] },
        { "overload", "admission", [] },
        { "artifacts", "hmac", ["--count", "100"] },
        { "http", "keys", ["--count", "300"] },
        { "protocol", "policy", ["--count", "4000"] },
        { "soak", "disposal", ["--seconds", "4"] },
    };

    [SkippableTheory]
    [MemberData(nameof(Scenarios))]
    public Task A_scenario_holds(string scenario) => ShortForm.HoldsAsync(scenario, output);

    [SkippableTheory]
    [MemberData(nameof(Defences))]
    public Task A_scenario_fails_without_a_defence(string scenario, string defence, string[] options) => ShortForm.FailsAsync(scenario, defence, options, output);

    [Fact]
    public async Task The_list_has_all_scenarios_and_defences_that_are_tested()
    {
        var run = await ResilienceProgram.RunAsync("--list");

        Assert.Equal(0, run.Status);
        string[] lines = run.Output.ReplaceLineEndings("\n").TrimEnd().Split('\n');
        string scenario = "";
        var listed = new List<(string, string)>();
        foreach (string line in lines)
        {
            if (line[0] != ' ')
            {
                scenario = line.Split(' ')[0];
                Assert.Contains(scenario, Names(Scenarios, ClusterScenarioTests.Scenarios, OwnershipScenarioTests.Scenarios), StringComparer.Ordinal);
            }
            else
            {
                listed.Add((scenario, line.Split("--without ")[1].Split(':')[0]));
            }
        }

        Assert.Equal(((IEnumerable<object[]>)Defences).Concat(ClusterScenarioTests.Defences).Concat(OwnershipScenarioTests.Defences).Select(static row => ((string)row[0], (string)row[1])).Order(), listed.Order());
    }

    [Theory]
    [InlineData("", "name a scenario")]
    [InlineData("nothing", "'nothing' is no scenario")]
    [InlineData("tenants --without hmac", "tenants has no defence 'hmac', only stores")]
    [InlineData("soak --seconds 0", "'--seconds' is no scenario and no option, or its value is missing or out of range")]
    public async Task A_wrong_command_says_what_is_wrong(string command, string message)
    {
        var run = await ResilienceProgram.RunAsync(command.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        Assert.Equal((2, ""), (run.Status, run.Output));
        Assert.Contains(message, run.Errors, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Names(params IEnumerable<object[]>[] rows) => rows.SelectMany(static r => r).Select(static row => (string)row[0]);
}
