using WasmActors.Runtime.Values;

namespace WasmActors.Functions.Api;

/// <summary>A function that a module exports.</summary>
/// <param name="Name">The export's name, as the module has it: not escaped.</param>
/// <param name="Type">Its type.</param>
public sealed record FunctionExport(string Name, FuncType Type);
