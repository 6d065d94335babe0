using System.Diagnostics;
using System.Globalization;
using WasmActors.Benchmarks.Functions;
using WasmActors.Benchmarks.Serving;

namespace WasmActors.Benchmarks.Pausing;

/// <summary>
/// The loads of guests that can be paused and of deployed functions: <c>load [garbage] [fairness] [parking] [cost] [deadlocks] [overload] [tenants] [stores] [calls] [keys] [http] [--seconds N] [--quick] [--threads]</c>.
/// Without a name all of them. Prints each figure beside its target; the exit status is 1 when a result was wrong.
/// </summary>
internal static class PauseCommand
{
    internal const string Verb = "load";

    private static readonly Dictionary<string, Func<PauseOptions, Task<bool>>> s_loads = new(StringComparer.Ordinal)
    {
        ["cost"] = CostLoad.RunAsync,
        ["parking"] = ParkingLoad.RunAsync,
        ["fairness"] = FairnessLoad.RunAsync,
        ["deadlocks"] = DeadlockLoad.RunAsync,
        ["overload"] = OverloadLoad.RunAsync,
        ["tenants"] = TenantsLoad.RunAsync,
        ["garbage"] = GarbageLoad.RunAsync,
        ["stores"] = StoresLoad.RunAsync,
        ["http"] = HttpLoad.RunAsync,
        ["calls"] = CallsLoad.RunAsync,
        ["keys"] = KeysLoad.RunAsync,
    };

    internal static async Task<int> RunAsync(string[] args)
    {
        var names = new List<string>();
        var options = new PauseOptions(false, null, false);
        for (int i = 0; i < args.Length; i++)
        {
            switch (args[i])
            {
                case "--quick":
                    options = options with { Quick = true };
                    break;
                case "--threads":
                    options = options with { OnThreads = true };
                    break;
                case "--seconds" when i + 1 < args.Length && int.TryParse(args[i + 1], CultureInfo.InvariantCulture, out int seconds) && seconds is > 0 and <= 7200:
                    options = options with { Seconds = seconds };
                    i++;
                    break;
                case var name when s_loads.ContainsKey(name):
                    names.Add(name);
                    break;
                default:
                    Console.Error.WriteLine($"load: '{args[i]}' is none of {string.Join(", ", s_loads.Keys)}, --seconds 1 to 7200, --quick, --threads.");
                    return 2;
            }
        }

        bool right = true;
        foreach (string name in names.Count == 0 ? [.. s_loads.Keys] : names)
        {
            Console.WriteLine($"== {name}{(options.OnThreads ? ", a thread per guest" : "")}");
            var clock = Stopwatch.StartNew();
            right &= await s_loads[name](options).ConfigureAwait(false);
            Console.WriteLine($"   ({clock.Elapsed.TotalSeconds:f0} s)");
        }

        return right ? 0 : 1;
    }
}
