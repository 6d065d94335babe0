using System.Globalization;
using WasmActors.Actors.Tests.Samples;
using WasmActors.Actors.Tests.Support;
using Xunit.Abstractions;

namespace WasmActors.Actors.Tests.Soak;

/// <summary>
/// Guests that are paused while the host's heap is collected without pause, in a process of its own because what it looks for ends one.
/// Without collections in the background: forced ones keep those from ending, and the program stands still. <c>WASMACTORS_GARBAGE_SECONDS</c> sets the length of each run, 15 by default.
/// </summary>
[Collection(Alone.Name)]
public sealed class GarbageTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("0")]
    [InlineData("1")]
    public async Task Two_hundred_stores_with_served_imports_are_right_under_constant_collections(string serverCollector)
    {
        string seconds = int.TryParse(Environment.GetEnvironmentVariable("WASMACTORS_GARBAGE_SECONDS"), CultureInfo.InvariantCulture, out int asked) ? $"{asked}" : "15";
        string[] lines = await SampleProgram.RunFileAsync(
            SampleProgram.PathOf(Path.Combine("tests", "Benchmarks"), "WasmActors.Benchmarks"),
            new Dictionary<string, string>(StringComparer.Ordinal) { ["DOTNET_gcServer"] = serverCollector, ["DOTNET_gcConcurrent"] = "0" },
            TimeSpan.FromSeconds(int.Parse(seconds, CultureInfo.InvariantCulture) + 300),
            "load",
            "garbage",
            "--seconds",
            seconds);
        foreach (string line in lines)
        {
            output.WriteLine(line);
        }

        Assert.Contains(lines, static line => line.Contains("all right", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains(serverCollector == "1" ? "server collector" : "workstation collector", StringComparison.Ordinal));
    }
}
