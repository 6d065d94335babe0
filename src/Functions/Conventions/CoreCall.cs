using System.Runtime.CompilerServices;
using WasmActors.Actors.Handles;
using WasmActors.Functions.Api;
using WasmActors.Functions.Calls;
using WasmActors.Functions.Sessions;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Values;

namespace WasmActors.Functions.Conventions;

/// <summary>The <see cref="CallingConvention.Core"/> convention.</summary>
internal static class CoreCall
{
    /// <exception cref="WasmException">The call failed.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal static async ValueTask<FunctionOutput> CarryAsync(FunctionSession session, InstanceRef instance, string export, FunctionInput.Numbers input, CallTime time, CallOptions options)
    {
        var function = instance.GetFunc(export);
        if (!function.Type.IsNumeric)
        {
            throw new WasmError(ErrorCode.WrongType, $"'{GuestText.Clean(export, GuestText.NameLimit)}{function.Type}' takes or returns references, which do not leave a store: deployed functions are called with numbers.");
        }

        var arguments = Arguments(function.Type, input.Values);
        session.Begins();
        var results = await function.CallAsync(arguments, options with { Within = time.Take("it waited for its store") }).ConfigureAwait(false);
        return new FunctionOutput.Numbers(results);
    }

    // As they are where they are of the right types; else an integer is taken for a wider one where nothing is lost.
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
