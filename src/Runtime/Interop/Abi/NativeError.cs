using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Interop.Bridges;
using WasmActors.Runtime.Interop.Marshalling;

namespace WasmActors.Runtime.Interop.Abi;

/// <summary>What a native call answered instead of a result, taken apart and released.</summary>
internal readonly record struct NativeError(string Message, TrapCode? TrapCode, bool IsTrap, int? ExitStatus, IReadOnlyList<TrapFrame> Frames)
{
    private const int MaxFrames = 64;

    /// <summary>Takes over an error or a trap; null when both are null.</summary>
    internal static NativeError? Take(nint error, nint trap) =>
        error != 0 ? TakeError(error) : trap != 0 ? TakeTrap(trap) : null;

    /// <summary>Takes over an error and throws it under <paramref name="code"/>; does nothing for null.</summary>
    internal static void Throw(nint error, string code, string prefix = "")
    {
        if (error != 0)
        {
            throw new WasmError(code, prefix + TakeError(error).Message);
        }
    }

    internal static unsafe NativeError TakeError(nint error)
    {
        NativeVec message;
        Native.wasmtime_error_message(error, &message);
        string text = TypeReader.ReadText(message);
        Native.wasm_byte_vec_delete(&message);

        int status;
        int? exit = Native.wasmtime_error_exit_status(error, &status) != 0 ? status : null;

        NativeVec frames;
        Native.wasmtime_error_wasm_trace(error, &frames);
        var trace = TakeFrames(&frames);
        Native.wasmtime_error_delete(error);
        return new NativeError(GuestText.Clean(EngineText.OneLine(text), GuestText.MessageLimit), null, false, exit, trace);
    }

    private static unsafe NativeError TakeTrap(nint trap)
    {
        byte code;
        TrapCode? trapCode = Native.wasmtime_trap_code(trap, &code) != 0 ? (TrapCode)code : null;

        NativeVec message;
        Native.wasm_trap_message(trap, &message);
        string text = TypeReader.ReadText(message).TrimEnd('\0');
        Native.wasm_byte_vec_delete(&message);

        NativeVec frames;
        Native.wasm_trap_trace(trap, &frames);
        var trace = TakeFrames(&frames);
        Native.wasm_trap_delete(trap);
        return new NativeError(GuestText.Clean(EngineText.OneLine(text), GuestText.MessageLimit), trapCode, true, null, trace);
    }

    private static unsafe TrapFrame[] TakeFrames(NativeVec* frames)
    {
        var trace = new TrapFrame[Math.Min((int)frames->Size, MaxFrames)];
        for (int i = 0; i < trace.Length; i++)
        {
            nint frame = ((nint*)frames->Data)[i];
            trace[i] = new TrapFrame(
                Native.wasm_frame_func_index(frame),
                Name(Native.wasmtime_frame_func_name(frame)),
                Name(Native.wasmtime_frame_module_name(frame)),
                Offset(Native.wasm_frame_func_offset(frame)),
                Offset(Native.wasm_frame_module_offset(frame)));
        }

        Native.wasm_frame_vec_delete(frames);
        return trace;
    }

    private static unsafe string? Name(NativeVec* name) =>
        TypeReader.ReadName(name) is { } text ? GuestText.Clean(text, GuestText.NameLimit) : null;

    private static long? Offset(nuint offset) => offset == nuint.MaxValue ? null : (long)offset;
}
