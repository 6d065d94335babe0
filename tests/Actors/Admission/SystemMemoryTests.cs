using WasmActors.Actors.Admission;

namespace WasmActors.Actors.Tests.Admission;

/// <summary>What the system tells of its memory.</summary>
public sealed class SystemMemoryTests
{
    [Fact]
    public void The_machines_memory_is_what_is_available_of_the_total()
    {
        string[] lines = ["MemTotal:       16384000 kB", "MemFree:          200000 kB", "MemAvailable:    8000000 kB", "Buffers:          1 kB"];

        Assert.Equal(new MemoryReading(8_000_000L * 1024, 16_384_000L * 1024), SystemMemory.OfMachine(lines));
    }

    [Fact]
    public void Without_these_lines_nothing_is_known() => Assert.Null(SystemMemory.OfMachine(["MemTotal:       16384000 kB"]));

    [Fact]
    public void This_machine_tells_something_sensible()
    {
        var reading = SystemMemory.Read();

        Assert.NotNull(reading);
        Assert.InRange(reading.Value.Available, 0, reading.Value.Limit);
        Assert.True(reading.Value.Limit > 64 << 20);
    }
}
