// Sample 3: a function of ours with two results, and a guest's function that passes them on.
using WasmActors.Actors.Handles;
using WasmActors.Runtime.Imports;

await using var host = await WasmHost.StartAsync();
var module = await host.LoadTextAsync("""
    (module
      (import "math" "divmod" (func $divmod (param i32 i32) (result i32 i32)))
      (func (export "divmod") (param i32 i32) (result i32 i32)
        (call $divmod (local.get 0) (local.get 1))))
    """);

// A tuple means several results.
var imports = new ImportSet().Define("math", "divmod", (int a, int b) => (a / b, a % b));

var store = await host.CreateStoreAsync();
var divmod = (await store.InstantiateAsync(module, imports)).GetFunc("divmod");

// Several results are a list …
var results = await divmod.CallAsync(17, 5);
Console.WriteLine($"divmod(17, 5) = {results}, {results.Count} results");

// … or, with types, a tuple.
(int quotient, int remainder) = await divmod.CallAsync<int, int, (int, int)>(17, 5);
Console.WriteLine($"17 = {quotient} * 5 + {remainder}");
