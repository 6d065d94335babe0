using System.Text.Json;
using WasmActors.Resilience.Clustering;

namespace WasmActors.Resilience.Deploying;

/// <summary>Compares what a node has with what was acknowledged.</summary>
internal sealed class CatalogueCheck
{
    private readonly List<(TrackedFunction Function, TrackedFunction.Expectation Expected)> _expected;

    private CatalogueCheck(IEnumerable<TrackedFunction> functions) => _expected = [.. functions.Select(static f => (f, f.Expect()))];

    /// <summary>Keeps what has been acknowledged by now.</summary>
    internal static CatalogueCheck Now(Deployers deployers) => new(deployers.Functions);

    /// <summary>What the node lacks, or has though it was changed.</summary>
    internal async Task<IReadOnlyList<string>> LostAsync(Uri node)
    {
        using var api = new NodeApi(node);
        var told = Active(await api.FunctionsAsync().ConfigureAwait(false));
        return [.. _expected
            .Select(e => (e.Function, e.Expected, Told: told.GetValueOrDefault(e.Function.Name)))
            .Where(static e => e.Function.Contradicts(e.Expected, e.Told))
            .Select(static e => $"{e.Function.Name}: {e.Expected.Now ?? "deleted"} was acknowledged, the node has {e.Told ?? "nothing"}")];
    }

    private static Dictionary<string, string> Active(string functions)
    {
        using var list = JsonDocument.Parse(functions);
        var active = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var function in list.RootElement.GetProperty("functions").EnumerateArray())
        {
            int number = function.GetProperty("active").GetInt32();
            var version = function.GetProperty("versions").EnumerateArray().Single(v => v.GetProperty("number").GetInt32() == number);
            if (version.TryGetProperty("label", out var label)) // all that the deployers make have one
            {
                active[function.GetProperty("name").GetString()!] = label.GetString()!;
            }
        }

        return active;
    }
}
