using WasmActors.Runtime.Interop.Abi;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Interop.Bridges;

/// <summary>Begins calls that can be paused, and reads their results. The store must have been entered.</summary>
internal static unsafe class FutureBridge
{
    /// <summary>Begins a call with numbers only.</summary>
    internal static nint BeginCall(WasmStore store, in NativeFunc func, FuncType type, ReadOnlySpan<RawVal> slots, FutureFrame frame)
    {
        var parameters = type.Params;
        frame.Prepare(parameters.Length + type.Results.Length);
        NativeVal* vals = frame.Vals;
        for (int i = 0; i < parameters.Length; i++)
        {
            vals[i].Kind = (byte)parameters[i].Kind;
            vals[i].Number = slots[i];
        }

        return Begin(store, in func, parameters.Length, type.Results.Length, frame);
    }

    /// <summary>Begins a call with values of any kind. Wasmtime checks the arguments' types.</summary>
    internal static nint BeginCall(WasmStore store, in NativeFunc func, ReadOnlySpan<Val> arguments, int results, FutureFrame frame)
    {
        frame.Prepare(arguments.Length + results);
        NativeVal* vals = frame.Vals;
        int written = 0;
        try
        {
            for (; written < arguments.Length; written++)
            {
                ReferenceBridge.ToNative(store, arguments[written], vals + written);
            }

            return Begin(store, in func, arguments.Length, results, frame);
        }
        finally
        {
            ReferenceBridge.Release(vals, written); // the future has copies
        }
    }

    internal static void ReadNumbers(FutureFrame frame, FuncType type, Span<RawVal> slots)
    {
        NativeVal* results = frame.Vals + type.Params.Length;
        for (int i = 0; i < type.Results.Length; i++)
        {
            slots[i] = results[i].Number;
        }
    }

    internal static Val[] ReadVals(WasmStore store, FutureFrame frame, FuncType type)
    {
        NativeVal* results = frame.Vals + type.Params.Length;
        var values = new Val[type.Results.Length];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = ReferenceBridge.FromOwned(store, results + i);
        }

        return values;
    }

    private static nint Begin(WasmStore store, in NativeFunc func, int arguments, int results, FutureFrame frame)
    {
        *frame.Func = func;
        return Native.wasmtime_func_call_async(
            store.Context,
            frame.Func,
            frame.Vals,
            (nuint)arguments,
            frame.Vals + arguments,
            (nuint)results,
            frame.Trap,
            frame.Error);
    }
}
