using System.Collections.Concurrent;
using WasmActors.Actors.Imports;
using WasmActors.Functions.Api;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports;

namespace WasmActors.Functions.Sessions;

/// <summary>What functions may import on a node: WASI, what AssemblyScript imports, and the sets that they are granted.
/// Made once for each combination of sets and shared by all stores that have it, so that a module is linked
/// once.</summary>
internal sealed class FunctionImports(IReadOnlyDictionary<string, Action<ImportMap>> offers)
{
    private readonly ConcurrentDictionary<string, ImportMap> _maps = new(StringComparer.Ordinal);

    /// <summary>The names of the sets that can be granted here, for messages.</summary>
    internal string Offered => offers.Count == 0 ? "none" : string.Join(", ", offers.Keys.Order(StringComparer.Ordinal));

    /// <summary>The imports of a function's stores.</summary>
    /// <exception cref="WasmError"><c>link.missing_import</c>: a set is granted that this node does not
    /// offer.</exception>
    internal ImportMap For(FunctionSpec spec)
    {
        // Only names that are offered get in, so that there are few.
        string key = string.Join('\n', spec.Grants.Imports);
        return _maps.TryGetValue(key, out var known) ? known : _maps.GetOrAdd(key, Make(spec));
    }

    private ImportMap Make(FunctionSpec spec)
    {
        var map = new ImportMap(new ImportSet().DefineWasi().DefineAssemblyScript());
        foreach (string name in spec.Grants.Imports)
        {
            if (!offers.TryGetValue(name, out var offer))
            {
                throw new WasmError(ErrorCode.MissingImport, $"'{spec.Name}' is granted the imports '{name}', which this node does not offer: it offers {Offered}.");
            }

            offer(map);
        }

        return map;
    }
}
