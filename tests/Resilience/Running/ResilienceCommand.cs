using System.Diagnostics;
using System.Globalization;
using WasmActors.Resilience.Measuring;

namespace WasmActors.Resilience.Running;

/// <summary>
/// <c>SCENARIO... [--quick] [--seconds N] [--count N] [--seed N] [--without DEFENCE] [--graph FILE] [--database sqlite|postgresql] [--list]</c>. The
/// exit status is 0 when every target was met, 1 when one was missed, 2 when the command is wrong.
/// </summary>
internal static class ResilienceCommand
{
    private const int MaxSeconds = 24 * 3600;
    private const long MaxCount = 1_000_000_000;

    internal static async Task<int> RunAsync(string[] args)
    {
        var scenarios = new List<Scenario>();
        var options = new ScenarioOptions();
        for (int i = 0; i < args.Length; i++)
        {
            string? value = i + 1 < args.Length ? args[i + 1] : null;
            switch (args[i])
            {
                case "--list":
                    List();
                    return 0;
                case "--quick":
                    options = options with { Quick = true };
                    continue;
                case "--seconds" when int.TryParse(value, CultureInfo.InvariantCulture, out int seconds) && seconds is > 0 and <= MaxSeconds:
                    options = options with { Seconds = seconds };
                    break;
                case "--count" when long.TryParse(value, CultureInfo.InvariantCulture, out long count) && count is > 0 and <= MaxCount:
                    options = options with { Count = count };
                    break;
                case "--seed" when int.TryParse(value, CultureInfo.InvariantCulture, out int seed):
                    options = options with { Seed = seed };
                    break;
                case "--without" when value is not null:
                    options = options with { Without = value };
                    break;
                case "--graph" when value is not null:
                    options = options with { Graph = Path.GetFullPath(value) };
                    break;
                case "--database" when value is "sqlite" or "postgresql":
                    options = options with { OnPostgres = value == "postgresql" };
                    break;
                case var name when ScenarioCatalogue.Find(name) is { } scenario:
                    scenarios.Add(scenario);
                    continue;
                default:
                    return Wrong($"'{args[i]}' is no scenario and no option, or its value is missing or out of range");
            }

            i++;
        }

        if (scenarios.Count == 0)
        {
            return Wrong("name a scenario");
        }

        if (options.Without is { } without && scenarios.FirstOrDefault(s => !s.Defences.ContainsKey(without)) is { } other)
        {
            return Wrong($"{other.Name} has no defence '{without}', only {string.Join(", ", other.Defences.Keys)}");
        }

        return await RunAllAsync(scenarios, options).ConfigureAwait(false) ? 0 : 1;
    }

    private static async Task<bool> RunAllAsync(List<Scenario> scenarios, ScenarioOptions options)
    {
        if (!ProcessFigures.AreKnown)
        {
            Console.Error.WriteLine("The figures of this process are read from /proc, which is missing here: run the scenarios on Linux.");
            return false;
        }

        bool met = true;
        foreach (var scenario in scenarios)
        {
            Console.WriteLine($"== {scenario.Name}{(options.Quick ? ", quick" : "")}{(options.Without is { } without ? $", without {without}: {scenario.Defences[without]}" : "")}");
            Console.WriteLine($"   {scenario.Promise}");
            var clock = Stopwatch.StartNew();
            var run = new ScenarioRun(options);
            await scenario.RunAsync(run).ConfigureAwait(false);
            met &= !run.Missed;
            Console.WriteLine($"   {(run.Missed ? "MISSED" : "held")} ({clock.Elapsed.TotalSeconds:f0} s)");
        }

        return met;
    }

    private static void List()
    {
        foreach (var scenario in ScenarioCatalogue.All)
        {
            Console.WriteLine($"{scenario.Name,-10} {scenario.Promise}");
            foreach (var (defence, what) in scenario.Defences)
            {
                Console.WriteLine($"{"",-10} --without {defence}: {what}");
            }
        }
    }

    private static int Wrong(string why)
    {
        Console.Error.WriteLine($"resilience: {why}. Scenarios: {string.Join(", ", ScenarioCatalogue.All.Select(static s => s.Name))}.");
        Console.Error.WriteLine($"Options: --list, --quick, --seconds 1 to {MaxSeconds}, --count 1 to {MaxCount}, --seed N, --without DEFENCE, --graph FILE, --database sqlite or postgresql.");
        return 2;
    }
}
