using System.Runtime.CompilerServices;
using WasmActors.Functions.Api;
using WasmActors.Functions.Content;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Modules.Precheck;
using WasmActors.Runtime.Values;

namespace WasmActors.Functions.Conventions.Core;

/// <summary>The <see cref="CallingConvention.Core"/> convention: an export is called with numbers by its own signature.</summary>
internal sealed class CoreConvention() : Convention(CallingConvention.Core, "core", CallShape.Numbers)
{
    private const string NoFunction = "the module exports no function";

    internal override bool Detects(ModuleOutline outline) => true;

    internal override string? Missing(ModuleOutline outline) => outline.Exports.Any(static e => e.Kind == ExternKind.Func) ? null : NoFunction;

    internal override string? Missing(WasmModule module) => module.Exports.Any(static e => e.Type is FuncType) ? null : NoFunction;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal override async ValueTask<FunctionOutput> CallAsync(ConventionCall call)
    {
        var function = call.Instance.GetFunc(call.Export);
        if (!function.Type.IsNumeric)
        {
            throw new WasmError(ErrorCode.WrongType, $"'{GuestText.Clean(call.Export, GuestText.NameLimit)}{function.Type}' takes or returns references, which cannot leave a store. Deployed functions are called with numbers.");
        }

        var arguments = Arguments(function.Type, ((FunctionInput.Numbers)call.Input).Values);
        call.Progress.Begin();
        return new FunctionOutput.Numbers(await function.CallAsync(arguments, call.Timed()).ConfigureAwait(false));
    }

    // Values of the right types are passed as they are. Otherwise an integer is widened if no bit is lost.
    private static Val[] Arguments(FuncType type, IReadOnlyList<Val> values)
    {
        bool fits = values.Count == type.Params.Length;
        for (int i = 0; fits && i < values.Count; i++)
        {
            fits = values[i].Kind == type.Params[i].Kind;
        }

        return fits
            ? values as Val[] ?? [.. values]
            : ValConversion.Arguments(type, [.. values.Select(static v => v.ToObject())]);
    }
}
