using Xunit.Abstractions;

namespace WasmActors.Resilience.Tests;

/// <summary>Runs the short form of a scenario and judges how it ended.</summary>
internal static class ShortForm
{
    private const int Missed = 1;

    // 128 plus a signal, as a shell reports it.
    private const int Abort = 128 + 6;
    private const int SegmentationFault = 128 + 11;

    private const string All = "WASMACTORS_ALL_SCENARIOS";

    private static bool IsLinux => OperatingSystem.IsLinux();

    /// <summary>Skips what takes a minute each and shows only that a scenario can fail, unless all is asked for.</summary>
    internal static void SkipUnlessAll() => Skip.IfNot(Environment.GetEnvironmentVariable(All) == "1", $"takes about a minute; runs with {All}=1");

    /// <summary>Asserts that a scenario holds.</summary>
    internal static async Task HoldsAsync(string scenario, ITestOutputHelper output)
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

    /// <summary>Asserts that a scenario does not hold without a defence.</summary>
    internal static async Task FailsAsync(string scenario, string defence, string[] options, ITestOutputHelper output)
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

    private static bool IsPicture(string path) => File.Exists(path) && File.ReadAllBytes(path).AsSpan().StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G']);
}
