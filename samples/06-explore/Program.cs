// Sample 6: load a larger module from a file, list what it exports, and ask for functions by name.
//   dotnet run --project samples/06-explore [FILE [FUNCTION…]]
using WasmActors.Actors.Handles;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Values;

string file = args.Length > 0 ? args[0] : Path.Combine(AppContext.BaseDirectory, "library.wat");
string[] wanted = args.Length > 1 ? args[1..] : ["gcd", "factorial", "hypotenuse", "sha256", "is_prime", "render"];

await using var host = await WasmHost.StartAsync();
var module = await host.LoadFileAsync(file);
Console.WriteLine($"{Path.GetFileName(file)}: {module.ByteLength} bytes, {module.Imports.Count} imports, {module.Exports.Count} exports");

// Types are known without making an instance.
foreach (var export in module.Exports)
{
    Console.WriteLine(export.Type is FuncType func
        ? $"  func {export.Name} takes {Types(func.Params)} and returns {Types(func.Results)}"
        : $"  {export.Name} is {export.Type}");
}

// We do not know what this module imports, and only want to look around: what is missing traps when it is called.
var store = await host.CreateStoreAsync();
var instance = await store.InstantiateAsync(module, new ImportSet { Unknown = UnknownImports.Trap }.DefineWasi());

foreach (string name in wanted)
{
    // GetFunc would throw for a name that is not there; TryGetFunc answers null.
    Console.WriteLine(instance.TryGetFunc(name) is { } func ? $"found   {name} {func.Type}" : $"missing {name}");
}

string[] missing = [.. wanted.Where(name => instance.TryGetFunc(name) is null)];
Console.WriteLine(missing.Length == 0 ? "nothing is missing" : $"{missing.Length} of {wanted.Length} are missing: {string.Join(", ", missing)}");

static string Types(IEnumerable<ValType> types) => types.Any() ? string.Join(", ", types) : "nothing";
