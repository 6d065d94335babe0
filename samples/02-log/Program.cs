// Sample 2: the guest calls a function of ours, which reads a message from the guest's memory.
using WasmActors.Actors.Handles;
using WasmActors.Runtime.Imports;

await using var host = await WasmHost.StartAsync();
var module = await host.LoadTextAsync("""
    (module
      (import "env" "log" (func $log (param i32 i32)))
      (memory (export "memory") 1)
      (data (i32.const 16) "Hello from WebAssembly: gr\c3\bc\c3\9f dich!")
      (func (export "greet") (call $log (i32.const 16) (i32.const 36))))
    """);

// What guests may import is defined by module and name. The delegate's types tell the function's type: (i32, i32) -> ().
// The WasmCaller in front is not a parameter of it: it is the instance that calls, valid until the delegate returns.
var imports = new ImportSet().Define("env", "log", (WasmCaller caller, int address, int length) =>
    Console.WriteLine($"[guest] {caller.GetMemory().ReadString(address, length)}"));

var store = await host.CreateStoreAsync();
var instance = await store.InstantiateAsync(module, imports);

await instance.GetFunc("greet").CallAsync();
Console.WriteLine("greet has returned");
