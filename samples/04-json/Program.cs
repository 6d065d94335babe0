// Sample 4: a function of ours parses JSON out of the guest's memory and writes what it found back into it.
using System.Text.Json;
using WasmActors.Actors.Handles;
using WasmActors.Runtime.Imports;

await using var host = await WasmHost.StartAsync();
var module = await host.LoadTextAsync("""
    (module
      (import "json" "count_keys" (func $count_keys (param i32 i32 i32) (result i32)))
      (memory (export "memory") 1)
      (func (export "count_keys") (param $text i32) (param $length i32) (param $count i32) (result i32)
        (call $count_keys (local.get $text) (local.get $length) (local.get $count))))
    """);

var imports = new ImportSet().Define("json", "count_keys", CountKeys);
var store = await host.CreateStoreAsync();
var instance = await store.InstantiateAsync(module, imports);
var memory = instance.GetMemory();

foreach (string text in new[] { """{"name": "Ada", "born": 1815, "tags": ["math"]}""", "{}", "[1, 2]", "{oops" })
{
    // Put the text at address 1024, and let the guest ask for the number of its keys at address 16.
    await memory.WriteAsync(16, -1);
    int length = await memory.WriteStringAsync(1024, text);
    int success = await instance.GetFunc("count_keys").CallAsync<int, int, int, int>(1024, length, 16);
    Console.WriteLine(success == 1
        ? $"{text} -> {success}, {await memory.ReadAsync<int>(16)} keys"
        : $"{text} -> {success}, no JSON object");
}

// Answers 1 and writes the number of keys as a 4-byte little-endian integer, or answers 0 when the text is no JSON object.
static int CountKeys(WasmCaller caller, int address, int length, int countAddress)
{
    var memory = caller.GetMemory();
    try
    {
        using var json = JsonDocument.Parse(memory.ReadBytes((uint)address, length));
        if (json.RootElement.ValueKind != JsonValueKind.Object)
        {
            return 0;
        }

        memory.Write((uint)countAddress, json.RootElement.EnumerateObject().Count());
        return 1;
    }
    catch (JsonException)
    {
        return 0;
    }
}
