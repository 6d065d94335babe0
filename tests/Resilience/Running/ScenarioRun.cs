using WasmActors.Actors.Handles;
using WasmActors.Runtime.Modules;

namespace WasmActors.Resilience.Running;

/// <summary>One run of a scenario: how long, without what, and what came of it.</summary>
internal sealed class ScenarioRun(ScenarioOptions options)
{
    /// <summary>Longer than anything waits for its answer: what takes so long is taken for unanswered.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    internal bool Quick => options.Quick;

    internal bool OnPostgres => options.OnPostgres;

    /// <summary>Whether a figure with a target was missed.</summary>
    internal bool Missed { get; private set; }

    internal string GraphPath => options.Graph ?? Path.Combine(AppContext.BaseDirectory, "resilience-soak.png");

    /// <summary>A host that keeps nothing on disk, and few modules.</summary>
    internal static WasmHostOptions HostOptions => new() { Cache = new ModuleCacheOptions { OnDisk = false, MaxModules = 100 } };

    /// <summary>What random choices begin with, where the scenario uses it.</summary>
    internal int SeedOf(int own) => options.Seed ?? own;

    internal bool Has(string defence) => options.Without != defence;

    internal long CountOf(long full, long quick) => options.Count ?? (Quick ? quick : full);

    /// <summary>The length of the part that <c>--seconds</c> sets.</summary>
    internal TimeSpan LengthOf(double full, double quick) => TimeSpan.FromSeconds(options.Seconds ?? (Quick ? quick : full));

    /// <summary>The length of another part, such as one that warms up.</summary>
    internal TimeSpan PartOf(double full, double quick) => TimeSpan.FromSeconds(Quick ? quick : full);

    /// <summary>Tells something that has no target.</summary>
    internal static void Tell(string line) => Console.WriteLine($"   {line}");

    /// <summary>Tells a figure with its target.</summary>
    internal void Judge(string what, string figure, string target, bool met)
    {
        Missed |= !met;
        Write(what, figure, target, met ? "met" : "MISSED");
    }

    /// <summary>The same for a figure that depends on the machine's speed: in the quick form it is told and not judged.</summary>
    internal void JudgeSpeed(string what, string figure, string target, bool met)
    {
        if (Quick)
        {
            Write(what, figure, target, met ? "met" : "not met; judged in the full form only");
        }
        else
        {
            Judge(what, figure, target, met);
        }
    }

    private static void Write(string what, string figure, string target, string verdict) =>
        Console.WriteLine($"   {what,-62} {figure,22}   {target,-34} {verdict}");
}
