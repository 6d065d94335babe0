using WasmActors.Actors.Handles;
using WasmActors.Functions.Api;
using WasmActors.Functions.Calls;
using WasmActors.Functions.Sessions;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Values;

namespace WasmActors.Functions.Conventions;

/// <summary>
/// The <see cref="CallingConvention.Bytes"/> convention. The host has the guest allocate room, writes the input there and calls the
/// export with address and length; it returns address and length of its output, the address in the upper half of an i64. The input is the
/// guest's from then on; the output is copied, and then given back through the guest's free, if it has one.
/// </summary>
internal static class BytesCall
{
    internal const string Memory = "memory";
    internal const string Alloc = "wasmactors_alloc";
    internal const string Free = "wasmactors_free";

    internal static FuncType AllocType { get; } = new([ValType.I32], [ValType.I32]);

    internal static FuncType FreeType { get; } = new([ValType.I32, ValType.I32], []);

    internal static FuncType FunctionType { get; } = new([ValType.I32, ValType.I32], [ValType.I64]);

    /// <exception cref="WasmException">The call failed.</exception>
    internal static async ValueTask<FunctionOutput> CarryAsync(FunctionRuntime runtime, FunctionSession session, InstanceRef instance, string export, FunctionInput.Bytes input, CallTime time, CallOptions options)
    {
        var spec = session.Version.Spec;
        var function = instance.GetFunc(export);
        if (!function.Type.Equals(FunctionType))
        {
            throw new WasmError(ErrorCode.BadSignature, $"'{GuestText.Clean(export, GuestText.NameLimit)}{function.Type}' cannot be called with bytes: it must have the type {FunctionType}.");
        }

        var memory = instance.GetMemory(Memory);
        var bytes = await PayloadShelf.FetchAsync(input.Payload, time, options.Cancellation).ConfigureAwait(false);
        int address = 0;
        if (!bytes.IsEmpty)
        {
            address = await instance.GetFunc(Alloc).CallAsync<int, int>(bytes.Length, Timed()).ConfigureAwait(false);
            await WithinAsync(memory.WriteAsync((uint)address, bytes, options), $"'{Alloc}' answered the address {(uint)address} for {bytes.Length} bytes").ConfigureAwait(false);
        }

        var call = Timed();
        session.Begins();
        ulong output = (ulong)await function.CallAsync<int, int, long>(address, bytes.Length, call).ConfigureAwait(false);
        session.Returned();
        uint at = (uint)(output >> 32);
        uint length = (uint)output;
        if (length > spec.Limits.PayloadBytes)
        {
            throw new WasmError(FunctionErrorCode.PayloadTooLarge, $"The output has {length} bytes; '{spec.Name}' may return {spec.Limits.PayloadBytes} at most.");
        }

        ReadOnlyMemory<byte> result = default;
        if (length > 0)
        {
            result = await ReadAsync(memory, at, (int)length, options).ConfigureAwait(false);
            if (instance.TryGetFunc(Free) is { } free)
            {
                await free.CallAsync<int, int, Nothing>((int)at, (int)length, Timed()).ConfigureAwait(false);
            }
        }

        return new FunctionOutput.Bytes(runtime.Shelf.Put(result, spec.Limits.Deadline));

        CallOptions Timed() => options with { Within = time.Take("it waited for its store") };
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

    private static async ValueTask WithinAsync(ValueTask access, string what)
    {
        try
        {
            await access.ConfigureAwait(false);
        }
        catch (WasmError outside) when (outside.Code == ErrorCode.MemoryOutOfRange)
        {
            throw Broken(what, outside);
        }
    }

    private static WasmError Broken(string what, WasmError outside) =>
        new(FunctionErrorCode.BrokenConvention, $"The guest does not keep to the bytes convention: {what}, which is not in its memory.", outside);
}
