// Sample 7: imports that are answered later. The guest waits without a thread, and its store answers status requests.
using WasmActors.Actors.Handles;
using WasmActors.Actors.Imports;
using WasmActors.Runtime.Failures;

await using var host = await WasmHost.StartAsync();

// Another guest answers "square": any function of any store can serve an import.
var math = await (await host.CreateStoreAsync()).InstantiateAsync(await host.LoadTextAsync("""
    (module (func (export "square") (param i32) (result i32) (i32.mul (local.get 0) (local.get 0))))
    """));

// An async delegate answers "price": it reads the article's name out of the waiting guest's memory, and takes its time.
var asked = new TaskCompletionSource();
var answer = new TaskCompletionSource();
var imports = new ImportMap()
    .Serve("math", "square", math.GetFunc("square"))
    .Serve("shop", "price", async (CallerRef caller, int address, int length) =>
    {
        Console.WriteLine($"price of '{await caller.ReadStringAsync(address, length)}'?");
        asked.SetResult();
        await answer.Task;
        return 7;
    });

var shop = await (await host.CreateStoreAsync()).InstantiateAsync(
    await host.LoadTextAsync("""
        (module
          (import "shop" "price" (func $price (param i32 i32) (result i32)))
          (import "math" "square" (func $square (param i32) (result i32)))
          (memory (export "memory") 1)
          (data (i32.const 0) "apples")
          (func (export "cost") (param $pieces i32) (result i32)
            (i32.mul (call $square (local.get $pieces)) (call $price (i32.const 0) (i32.const 6)))))
        """),
    imports);

var cost = shop.GetFunc("cost").CallAsync<int, int>(3).AsTask();
await asked.Task;
var status = await shop.Store.GetStatusAsync();
Console.WriteLine($"the store is {status.Activity} on {status.ParkedOn}");
answer.SetResult();
Console.WriteLine($"cost(3) = {await cost}");

// A call that would wait for itself is rejected at once, instead of at its deadline.
var loop = new ImportMap()
    .Serve("math", "square", math.GetFunc("square"))
    .Serve("shop", "price", async (int _, int _) => await shop.GetFunc("cost").CallAsync<int, int>(1));
shop = await (await host.CreateStoreAsync()).InstantiateAsync(shop.Module, loop);
try
{
    await shop.GetFunc("cost").CallAsync<int, int>(3);
}
catch (WasmError rejected)
{
    Console.WriteLine(rejected.Code);
}
