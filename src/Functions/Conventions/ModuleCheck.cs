using WasmActors.Functions.Api;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Values;

namespace WasmActors.Functions.Conventions;

/// <summary>Whether a module can serve a deployment: looked at when it is deployed, so that no caller is the first to find out.</summary>
internal static class ModuleCheck
{
    /// <exception cref="WasmError"><c>function.bad_spec</c></exception>
    internal static void Check(WasmModule module, FunctionSpec spec)
    {
        switch (spec.Convention)
        {
            case CallingConvention.Core:
                Require(module.Exports.Any(static e => e.Type is FuncType), "the module exports no function");
                break;
            case CallingConvention.Bytes:
                Require(Export(module, BytesCall.Memory) is MemoryType, $"with the bytes convention the module must export its memory as '{BytesCall.Memory}'");
                Require(BytesCall.AllocType.Equals(Export(module, BytesCall.Alloc)), $"with the bytes convention the module must export '{BytesCall.Alloc}{BytesCall.AllocType}'");
                Require(Export(module, BytesCall.Free) is null || BytesCall.FreeType.Equals(Export(module, BytesCall.Free)), $"the export '{BytesCall.Free}' must have the type {BytesCall.FreeType}");
                Require(module.Exports.Any(static e => BytesCall.FunctionType.Equals(e.Type)), $"with the bytes convention the module must export a function of type {BytesCall.FunctionType}");
                break;
            default:
                Require(ProgramRun.StartType.Equals(Export(module, ProgramRun.Start)), $"a WASI program must export '{ProgramRun.Start}{ProgramRun.StartType}'");
                break;
        }
    }

    private static ExternType? Export(WasmModule module, string name) => module.Exports.FirstOrDefault(e => e.Name == name)?.Type;

    private static void Require(bool holds, string problem)
    {
        if (!holds)
        {
            throw new WasmError(FunctionErrorCode.BadSpec, $"The function cannot be deployed: {problem}.");
        }
    }
}
