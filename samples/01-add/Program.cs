// Sample 1: load a module, look at a function's type, call functions.
using WasmActors.Actors.Handles;

// A host owns the engine and the actors. Each store lives in an actor of its own.
await using var host = await WasmHost.StartAsync();

// Modules come as text like this one, as bytes, or from a file (host.LoadFileAsync).
var module = await host.LoadTextAsync("""
    (module
      (func (export "add") (param i32 i32) (result i32)
        (i32.add (local.get 0) (local.get 1)))
      (func (export "multiply_add") (param f64 f64 f64) (result f64)
        (f64.add (f64.mul (local.get 0) (local.get 1)) (local.get 2))))
    """);

// A store holds instances of modules. Every operation on it is a message to its actor; what you hold are handles.
var store = await host.CreateStoreAsync();
var instance = await store.InstantiateAsync(module);

// A function knows its type without being called.
var add = instance.GetFunc("add");
Console.WriteLine($"add is {add.Type}: {add.ParamArity} params, {add.ResultArity} result");

// A typed call names the C# types of the parameters and, last, of the result. It allocates nothing.
Console.WriteLine($"add(5, 3) = {await add.CallAsync<int, int, int>(5, 3)}");

// Without types, arguments are plain C# values, and the results come as a list of values.
var results = await instance.GetFunc("multiply_add").CallAsync(2.5, 3.0, 1.0);
Console.WriteLine($"multiply_add(2.5, 3.0, 1.0) = {results.Value.AsF64()}");
