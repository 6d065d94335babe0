using WasmActors.Functions.Api;
using WasmActors.Runtime.Modules.Precheck;
using WasmActors.Runtime.Values;

namespace WasmActors.Functions.Conventions;

/// <summary>Detects by a module's exports which calling convention it was made for.</summary>
internal static class ConventionDetection
{
    /// <summary>Returns <see cref="CallingConvention.WasiCommand"/> for a module with <c>_start</c>, <see cref="CallingConvention.Bytes"/> for one with
    /// <c>wasmactors_alloc</c>, otherwise <see cref="CallingConvention.Core"/>.</summary>
    internal static CallingConvention Of(ModuleOutline outline) =>
        Has(outline, ProgramRun.Start) ? CallingConvention.WasiCommand
        : Has(outline, BytesCall.Alloc) ? CallingConvention.Bytes
        : CallingConvention.Core;

    private static bool Has(ModuleOutline outline, string function) => outline.Exports.Contains(new OutlineItem("", function, ExternKind.Func));
}
