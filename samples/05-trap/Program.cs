// Sample 5: a function of ours raises a trap. The guest unwinds, and the caller catches that trap.
using WasmActors.Actors.Handles;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports;

await using var host = await WasmHost.StartAsync();
var module = await host.LoadTextAsync("""
    (module $calculator
      (import "math" "safe_divide" (func $safe_divide (param i32 i32) (result i32)))
      (func $divide (export "divide") (param i32 i32) (result i32)
        (call $safe_divide (local.get 0) (local.get 1))))
    """);

var imports = new ImportSet().Define("math", "safe_divide", (int a, int b) =>
    b == 0 ? throw new Trap("Division by zero") : a / b);

var store = await host.CreateStoreAsync();
var divide = (await store.InstantiateAsync(module, imports)).GetFunc("divide");

Console.WriteLine($"divide(10, 2) = {await divide.CallAsync<int, int, int>(10, 2)}");
try
{
    await divide.CallAsync<int, int, int>(1, 0);
}
catch (Trap trap)
{
    // A trap tells its message, a stable code, and where in the guest it happened.
    Console.WriteLine($"divide(1, 0) trapped: {trap.Message}");
    Console.WriteLine($"code {trap.Code}, in function {trap.Frames[0].FuncName} of module {trap.Frames[0].ModuleName}");
}
catch (WasmError error)
{
    // Wrong arguments, a store that has gone, an exception of the host: anything that is no trap.
    Console.WriteLine($"divide(1, 0) failed: {error.Code}");
}

// A trap is an answer, not the end: the store goes on.
Console.WriteLine($"divide(9, 3) = {await divide.CallAsync<int, int, int>(9, 3)}");
