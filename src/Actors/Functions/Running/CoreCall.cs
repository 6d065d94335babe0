using WasmActors.Actors.Functions.Calls;
using WasmActors.Actors.Handles;
using WasmActors.Runtime.Calls;

namespace WasmActors.Actors.Functions.Running;

/// <summary>The <see cref="CallingConvention.Core"/> convention.</summary>
internal static class CoreCall
{
    /// <exception cref="WasmException">The call failed.</exception>
    internal static async ValueTask<FunctionOutput> CarryAsync(InstanceRef instance, string export, FunctionInput.Numbers input, CallTime time, CancellationToken cancellation)
    {
        var function = instance.GetFunc(export);
        if (!function.Type.IsNumeric)
        {
            throw new WasmError(ErrorCode.WrongType, $"'{GuestText.Clean(export, GuestText.NameLimit)}{function.Type}' takes or returns references, which do not leave a store: deployed functions are called with numbers.");
        }

        object?[] arguments = new object?[input.Values.Count];
        for (int i = 0; i < arguments.Length; i++)
        {
            arguments[i] = input.Values[i].ToObject(); // plain: an integer is taken for a wider one where nothing is lost
        }

        var results = await function.CallAsync(new CallOptions(time.Take("it waited for its store"), cancellation), arguments).ConfigureAwait(false);
        return new FunctionOutput.Numbers(results);
    }
}
