using WasmActors.Actors.Handles;
using WasmActors.Functions.Api;
using WasmActors.Functions.Calls;
using WasmActors.Functions.Content;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Modules.Precheck;
using WasmActors.Runtime.Values;

namespace WasmActors.Functions.Conventions.Bytes;

/// <summary>
/// The <see cref="CallingConvention.Bytes"/> convention. The host has the guest allocate room, writes the input there and calls the
/// export with address and length. The export returns address and length of its output, the address in the upper half of an i64. The guest owns the
/// input from then on. The host copies the output and frees it through the guest's <c>wasmactors_free</c>, if the guest exports that.
/// </summary>
internal sealed class BytesConvention() : Convention(CallingConvention.Bytes, "bytes", CallShape.Bytes)
{
    private const string Memory = "memory";
    private const string Alloc = "wasmactors_alloc";
    private const string Free = "wasmactors_free";

    private static readonly FuncType s_alloc = new([ValType.I32], [ValType.I32]);
    private static readonly FuncType s_free = new([ValType.I32, ValType.I32], []);
    private static readonly FuncType s_function = new([ValType.I32, ValType.I32], [ValType.I64]);

    internal override bool Detects(ModuleOutline outline) => Exports(outline, Alloc, ExternKind.Func);

    internal override string? Missing(ModuleOutline outline) =>
        !Exports(outline, Memory, ExternKind.Memory) ? $"with the convention {Id} the module must export its memory as '{Memory}'"
        : !Exports(outline, Alloc, ExternKind.Func) ? $"with the convention {Id} the module must export a function '{Alloc}'"
        : null;

    internal override string? Missing(WasmModule module) =>
        TypeOf(module, Memory) is not MemoryType ? $"with the bytes convention the module must export its memory as '{Memory}'"
        : !s_alloc.Equals(TypeOf(module, Alloc)) ? $"with the bytes convention the module must export '{Alloc}{s_alloc}'"
        : TypeOf(module, Free) is { } free && !s_free.Equals(free) ? $"the export '{Free}' must have the type {s_free}"
        : !module.Exports.Any(static e => s_function.Equals(e.Type)) ? $"with the bytes convention the module must export a function of type {s_function}"
        : null;

    internal override async ValueTask<FunctionOutput> CallAsync(ConventionCall call)
    {
        var (spec, instance) = (call.Spec, call.Instance);
        var function = instance.GetFunc(call.Export);
        if (!function.Type.Equals(s_function))
        {
            throw new WasmError(ErrorCode.BadSignature, $"'{GuestText.Clean(call.Export, GuestText.NameLimit)}{function.Type}' cannot be called with bytes: it must have the type {s_function}.");
        }

        var memory = instance.GetMemory(Memory);
        var bytes = await PayloadShelf.FetchAsync(call.Input.Payload!, call.Time, call.Options.Cancellation).ConfigureAwait(false);
        int address = 0;
        if (!bytes.IsEmpty)
        {
            address = await instance.GetFunc(Alloc).CallAsync<int, int>(bytes.Length, call.Timed()).ConfigureAwait(false);
            await WriteAsync(memory, (uint)address, bytes, call.Options).ConfigureAwait(false);
        }

        var options = call.Timed();
        call.Progress.Begin();
        ulong output = (ulong)await function.CallAsync<int, int, long>(address, bytes.Length, options).ConfigureAwait(false);
        call.Progress.Return();
        uint at = (uint)(output >> 32);
        uint length = (uint)output;
        if (length > spec.Limits.PayloadBytes)
        {
            throw new WasmError(FunctionErrorCode.PayloadTooLarge, $"The output has {length} bytes; '{spec.Name}' may return {spec.Limits.PayloadBytes} at most.");
        }

        ReadOnlyMemory<byte> result = default;
        if (length > 0)
        {
            result = await ReadAsync(memory, at, (int)length, call.Options).ConfigureAwait(false);
            if (instance.TryGetFunc(Free) is { } free)
            {
                await free.CallAsync<int, int, Nothing>((int)at, (int)length, call.Timed()).ConfigureAwait(false);
            }
        }

        return new FunctionOutput.Bytes(Payload.Inline(result));
    }

    private static async ValueTask<ReadOnlyMemory<byte>> ReadAsync(MemoryRef memory, uint at, int length, CallOptions options)
    {
        try
        {
            return await memory.ReadAsync(at, length, options).ConfigureAwait(false);
        }
        catch (WasmError outside) when (outside.Code == ErrorCode.MemoryOutOfRange)
        {
            throw Broken($"the function answered {length} bytes at address {at}", outside);
        }
    }

    private static async ValueTask WriteAsync(MemoryRef memory, uint at, ReadOnlyMemory<byte> bytes, CallOptions options)
    {
        try
        {
            await memory.WriteAsync(at, bytes, options).ConfigureAwait(false);
        }
        catch (WasmError outside) when (outside.Code == ErrorCode.MemoryOutOfRange)
        {
            throw Broken($"'{Alloc}' answered the address {at} for {bytes.Length} bytes", outside);
        }
    }

    private static WasmError Broken(string what, WasmError outside) =>
        new(FunctionErrorCode.BrokenConvention, $"The guest does not keep to the bytes convention: {what}, which is not in its memory.", outside);
}
