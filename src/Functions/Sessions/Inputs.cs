using WasmActors.Functions.Api;
using WasmActors.Functions.Calls;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Failures;

namespace WasmActors.Functions.Sessions;

/// <summary>Checks a call against the version that is to carry it out, before anything is done for it.</summary>
internal static class Inputs
{
    /// <exception cref="WasmError"><c>function.wrong_kind</c>, <c>function.wrong_convention</c>, <c>call.payload_too_large</c>, <c>export.not_found</c></exception>
    internal static void Check(FunctionSpec spec, string? key, string export, FunctionInput input)
    {
        if (key is null != (spec.Kind == FunctionKind.Stateless))
        {
            throw new WasmError(FunctionErrorCode.WrongKind, key is null
                ? $"'{spec.Name}' is keyed: name the key whose store is to carry the call out."
                : $"'{spec.Name}' is stateless: it takes no key.");
        }

        if (!Fits(spec.Convention, input))
        {
            throw WrongConvention(spec, input);
        }

        int length = input switch
        {
            FunctionInput.Bytes bytes => bytes.Payload.Length,
            FunctionInput.Program program => program.Stdin.Length,
            _ => 0,
        };
        if (length > spec.Limits.PayloadBytes)
        {
            throw new WasmError(FunctionErrorCode.PayloadTooLarge, $"The input has {length} bytes; '{spec.Name}' takes {spec.Limits.PayloadBytes} at most.");
        }

        FunctionNames.CheckExport(export);
    }

    internal static WasmError WrongConvention(FunctionSpec spec, FunctionInput input) => new(
        FunctionErrorCode.WrongConvention,
        $"'{spec.Name}' takes {(spec.Convention switch { CallingConvention.Core => "numbers", CallingConvention.Bytes => "bytes", _ => "a program's input" })}, but {(input switch { FunctionInput.Numbers => "numbers", FunctionInput.Bytes => "bytes", _ => "a program's input" })} came.");

    private static bool Fits(CallingConvention convention, FunctionInput input) => convention switch
    {
        CallingConvention.Core => input is FunctionInput.Numbers,
        CallingConvention.Bytes => input is FunctionInput.Bytes,
        _ => input is FunctionInput.Program,
    };
}
