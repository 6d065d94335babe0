using WasmActors.Runtime.Failures;

namespace WasmActors.Runtime.Limits;

/// <summary>What compiling in a process of its own may use, see <see cref="Modules.CompileIsolation.ChildProcess"/>.</summary>
/// <remarks>
/// Processor time, memory and everything else that a process is limited in are limits of the system on Linux and macOS. On Windows
/// only <see cref="WallTime"/> and <see cref="ArtifactBytes"/> hold.
/// </remarks>
public sealed record CompileLimits
{
    /// <summary>Processor time of one module, whole seconds, rounded up; 1 s to 1 h. Default 2 min: four times what
    /// <see cref="ModuleLimits.TotalCost"/> allows by estimate, for slow and busy machines. Ruby 3.4 (16 MiB) needs a quarter of it.</summary>
    public TimeSpan CpuTime { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Time of one module on the clock, while other processes run too; 10 ms to 1 h. Default 4 min.</summary>
    public TimeSpan WallTime { get; init; } = TimeSpan.FromMinutes(4);

    /// <summary>Memory of one module in bytes, beyond what the compiler has before it starts; at least 16 MiB. Default 1 GiB: esbuild
    /// (13 MiB) needs a third of it.</summary>
    public long MemoryBytes { get; init; } = 1L << 30;

    /// <summary>Bytes of the compiled form; at most 1 GiB. Default 128 MiB, about four times esbuild's. The parent needs two to
    /// five times as much while it loads it, the most where a module has mostly types and declarations.</summary>
    public long ArtifactBytes { get; init; } = 128 << 20;

    /// <summary>Modules of one cache that are compiled at the same time. Default: half of the processors, at least 1.</summary>
    public int Children { get; init; } = Math.Max(1, Environment.ProcessorCount / 2);

    /// <summary>Modules of one cache that may wait for their turn; the next is answered <c>compiler.busy</c>. Default 100.</summary>
    public int Waiting { get; init; } = 100;

    /// <summary>How long a started compiler waits for the next module, which then need not wait for its start; it holds about 40 MB. Zero for
    /// not at all. Default 30 s.</summary>
    public TimeSpan KeepReady { get; init; } = TimeSpan.FromSeconds(30);

    internal void Check()
    {
        var hour = TimeSpan.FromHours(1);
        Require(CpuTime >= TimeSpan.FromSeconds(1) && CpuTime <= hour, nameof(CpuTime), CpuTime, "1 s to 1 h");
        Require(WallTime >= TimeSpan.FromMilliseconds(10) && WallTime <= hour, nameof(WallTime), WallTime, "10 ms to 1 h");
        Require(MemoryBytes is >= 16 << 20 and <= 1L << 40, nameof(MemoryBytes), MemoryBytes, "16 MiB to 1 TiB");
        Require(ArtifactBytes is >= 1 and <= 1 << 30, nameof(ArtifactBytes), ArtifactBytes, "1 to 1 GiB");
        Require(Children is >= 1 and <= 1000, nameof(Children), Children, "1 to 1,000");
        Require(Waiting is >= 0 and <= 1_000_000, nameof(Waiting), Waiting, "0 to 1,000,000");
        Require(KeepReady >= TimeSpan.Zero && KeepReady <= TimeSpan.FromDays(1), nameof(KeepReady), KeepReady, "0 to 1 day");
    }

    private static void Require(bool holds, string name, object value, string allowed)
    {
        if (!holds)
        {
            throw new WasmError(ErrorCode.BadSettings, $"CompileLimits.{name} is {value}; allowed is {allowed}.");
        }
    }
}
