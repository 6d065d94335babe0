using Xunit.Abstractions;

namespace WasmActors.Resilience.Tests;

/// <summary>Every scenario in its short form: it holds, and without each of its defences it does not.</summary>
public sealed class ScenarioTests(ITestOutputHelper output)
{
    private const int Missed = 1;

    // 128 and a signal, as a shell tells it.
    private const int Abort = 128 + 6;
    private const int SegmentationFault = 128 + 11;

    private static bool IsLinux => OperatingSystem.IsLinux();

    public static TheoryData<string> Scenarios => ["malformed", "readers", "bombs", "churn", "endless", "tenants", "overload", "artifacts", "http", "protocol", "soak", "cluster", "catalogue", "starts", "stale"];

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
        { "cluster", "drain", [] },
        { "cluster", "resolver", [] },
        { "stale", "lease", [] },
    };

    [SkippableTheory]
    [MemberData(nameof(Scenarios))]
    public async Task A_scenario_holds(string scenario)
    {
        Skip.IfNot(IsLinux, "the figures of a process are read from /proc");
        string graph = Path.Combine(AppContext.BaseDirectory, $"{scenario}.png");
        File.Delete(graph);

        var run = await ResilienceProgram.RunAsync(scenario, "--quick", "--graph", graph);
        output.WriteLine(run.ToString());

        Assert.True(run.Status == 0, run.ToString());
        Assert.Contains("   held (", run.Output, StringComparison.Ordinal);
        Assert.Equal(scenario == "soak", IsPicture(graph));
    }

    [SkippableTheory]
    [MemberData(nameof(Defences))]
    public async Task A_scenario_fails_without_a_defence(string scenario, string defence, string[] options)
    {
        Skip.IfNot(IsLinux, "the figures of a process are read from /proc");
        var run = await ResilienceProgram.RunAsync([scenario, "--quick", "--without", defence, .. options]);
        output.WriteLine(run.ToString());

        Assert.True(run.Status is Missed or Abort or SegmentationFault, run.ToString());
        if (run.Status == Missed)
        {
            Assert.Equal("", run.Errors); // a figure was missed, and nothing else went wrong
            Assert.Contains("   MISSED (", run.Output, StringComparison.Ordinal);
        }
    }

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
                Assert.Contains(scenario, ((IEnumerable<object[]>)Scenarios).Select(static row => (string)row[0]), StringComparer.Ordinal);
            }
            else
            {
                listed.Add((scenario, line.Split("--without ")[1].Split(':')[0]));
            }
        }

        Assert.Equal(((IEnumerable<object[]>)Defences).Select(static row => ((string)row[0], (string)row[1])), listed);
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

    private static bool IsPicture(string path) => File.Exists(path) && File.ReadAllBytes(path).AsSpan().StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G']);
}
