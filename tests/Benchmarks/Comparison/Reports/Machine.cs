using System.Reflection;
using System.Runtime.InteropServices;

namespace WasmActors.Benchmarks.Comparison.Reports;

/// <summary>What the numbers come from.</summary>
internal static class Machine
{
    private const string LoadFile = "/proc/loadavg";

    /// <summary>Processors, system, runtime and versions.</summary>
    internal static string Description => string.Join(
        ", ",
        $"{Environment.ProcessorCount} cores ({RuntimeInformation.ProcessArchitecture})",
        RuntimeInformation.OSDescription,
        RuntimeInformation.FrameworkDescription,
        $"Wasmtime {VersionOf(typeof(Wasmtime.Engine))}",
        $"Akka {VersionOf(typeof(Akka.Actor.ActorSystem))}",
        $"Proto.Actor {VersionOf(typeof(Proto.ActorSystem))}",
        $"Orleans {VersionOf(typeof(Orleans.Grain))}");

    /// <summary>The system's load average of the last minute, where it tells.</summary>
    internal static string Load => File.Exists(LoadFile) ? File.ReadAllText(LoadFile).Split(' ')[0] : "unknown";

    // Up to the hash of the commit that some add.
    private static string VersionOf(Type type) =>
        type.Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+', ' ')[0].TrimEnd('.');
}
