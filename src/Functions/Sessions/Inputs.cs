using WasmActors.Functions.Api;
using WasmActors.Functions.Content;
using WasmActors.Functions.Conventions;
using WasmActors.Functions.Registry;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.State;

namespace WasmActors.Functions.Sessions;

/// <summary>Checks a call against the version that is to carry it out, before anything is done for it.</summary>
internal static class Inputs
{
    /// <exception cref="WasmError"><c>function.wrong_kind</c>, <c>function.wrong_convention</c>,
    /// <c>call.payload_too_large</c>, <c>export.not_found</c></exception>
    internal static void Check(FunctionSpec spec, string? key, string export, FunctionInput input)
    {
        if (key is null != (spec.Kind == FunctionKind.Stateless))
        {
            throw new WasmError(FunctionErrorCode.WrongKind, key is null
                ? $"'{spec.Name}' is keyed: name the key whose store is to carry the call out."
                : $"'{spec.Name}' is stateless: it takes no key.");
        }

        CheckShape(spec, ConventionTable.Of(spec.Convention), input);
        if (input.Payload is { } payload && payload.Length > spec.Limits.PayloadBytes)
        {
            throw new WasmError(FunctionErrorCode.PayloadTooLarge, $"The input has {payload.Length} bytes; '{spec.Name}' takes {spec.Limits.PayloadBytes} at most.");
        }

        FunctionNames.CheckExport(export);
        if (spec.State == FunctionState.Durable && StateRewriter.IsHidden(export))
        {
            throw new WasmError(ErrorCode.ExportNotFound, $"'{spec.Name}' has no export '{GuestText.Clean(export, GuestText.NameLimit)}'.");
        }
    }

    /// <exception cref="WasmError"><c>function.wrong_convention</c></exception>
    internal static void CheckShape(FunctionSpec spec, Convention convention, FunctionInput input)
    {
        if (input.Shape != convention.Shape)
        {
            throw new WasmError(FunctionErrorCode.WrongConvention, $"'{spec.Name}' takes {NameOf(convention.Shape)}, but {NameOf(input.Shape)} came.");
        }
    }

    private static string NameOf(CallShape shape) => shape switch
    {
        CallShape.Numbers => "numbers",
        CallShape.Bytes => "bytes",
        _ => "a program's input",
    };
}
