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
    public void In_a_control_group_files_that_can_be_read_again_count_as_available()
    {
        var reading = SystemMemory.OfGroup("1000000\n", "700000\n", ["anon 500000", "inactive_file 150000", "active_file 50000"]);

        Assert.Equal(new MemoryReading(450_000, 1_000_000), reading);
    }

    [Fact]
    public void A_control_group_without_a_limit_tells_nothing() => Assert.Null(SystemMemory.OfGroup("max\n", "700000\n", []));

    [Fact]
    public void A_control_group_beyond_its_limit_has_nothing_available() =>
        Assert.Equal(new MemoryReading(0, 1_000), SystemMemory.OfGroup("1000", "1200", []));

    [Fact]
    public void This_machine_tells_something_sensible()
    {
        var reading = SystemMemory.Read();

        Assert.NotNull(reading);
        Assert.InRange(reading.Value.Available, 0, reading.Value.Limit);
        Assert.True(reading.Value.Limit > 64 << 20);
    }
}
