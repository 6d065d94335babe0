using WasmActors.Functions.Api;
using WasmActors.Functions.Content;

namespace WasmActors.Functions.Calls;

/// <summary>A call's output and what is told about it.</summary>
internal readonly record struct FunctionAnswer(FunctionOutput Output, CallDetails Details);
