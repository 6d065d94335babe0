using WasmActors.Actors.Admission;
using WasmActors.Actors.Handles;
using WasmActors.Runtime.Modules;

namespace WasmActors.Benchmarks.Pausing;

/// <summary>How a load is run.</summary>
/// <param name="Quick">A short form.</param>
/// <param name="Seconds">Length of the timed part; null for the load's own.</param>
/// <param name="OnThreads">Whether each guest that is paused has a thread.</param>
internal sealed record PauseOptions(bool Quick, int? Seconds, bool OnThreads)
{
    /// <summary>The length of a timed part.</summary>
    internal TimeSpan Length(int full, int quick) => TimeSpan.FromSeconds(Seconds ?? (Quick ? quick : full));

    internal Task<WasmHost> StartHostAsync(bool? onThreads = null, AdmissionOptions? admission = null) => WasmHost.StartAsync(new WasmHostOptions
    {
        Admission = admission ?? new AdmissionOptions(),
        Cache = new ModuleCacheOptions { OnDisk = false },
        Engine = new EngineSettings { PreemptOnThreads = onThreads ?? OnThreads },
    });

    /// <summary>Prints a figure with its target; the answer is whether it was met.</summary>
    internal static bool Tell(string what, string figure, string target, bool met)
    {
        Console.WriteLine($"   {what,-58} {figure,22}   {target,-24} {(met ? "met" : "MISSED")}");
        return met;
    }
}
