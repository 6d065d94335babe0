using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Interop.Abi;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Interop.Bridges;

/// <summary>Translates values between <see cref="Val"/> and <c>wasmtime_val_t</c>, references included.</summary>
internal static unsafe class ReferenceBridge
{
    /// <summary>Writes a value for the guest. A reference written here is owned by the caller: <see cref="Release"/> it.</summary>
    /// <exception cref="WasmError">The reference belongs to another store, or the guest's heap is full.</exception>
    internal static void ToNative(WasmStore store, in Val value, NativeVal* native)
    {
        *native = default;
        native->Kind = (byte)value.Kind;
        switch (value.Kind)
        {
            case <= ValKind.V128:
                native->Number.Low = value.LowBits;
                native->Number.High = value.HighBits;
                break;
            case ValKind.FuncRef when value.ReferenceObject is WasmFunc func:
                store.RequireSame(func.Store, "function");
                native->Func = func.NativeFunc;
                break;
            case var _ when value.ReferenceObject is WasmReference reference:
                WriteRooted(store, value.Kind, reference, native);
                break;
            case ValKind.ExternRef when value.ReferenceObject is { } host:
                WriteHostObject(store, host, native);
                break;
        }
    }

    /// <summary>Reads a value that stays the native side's; roots of it are cloned.</summary>
    internal static Val FromBorrowed(WasmStore store, NativeVal* native)
    {
        var kind = (ValKind)native->Kind;
        if (kind is ValKind.AnyRef or ValKind.ExnRef or ValKind.ExternRef && native->Ref.StoreId != 0)
        {
            NativeVal copy;
            Native.wasmtime_val_clone(native, &copy);
            return FromOwned(store, &copy);
        }

        return FromOwned(store, native);
    }

    /// <summary>Reads a value and takes over what it owns.</summary>
    internal static Val FromOwned(WasmStore store, NativeVal* native)
    {
        var kind = (ValKind)native->Kind;
        switch (kind)
        {
            case <= ValKind.V128:
                return Val.Number(kind, NumberLow(kind, native->Number), kind == ValKind.V128 ? native->Number.High : 0);
            case ValKind.FuncRef:
                return Val.Reference(kind, native->Func.StoreId == 0 ? null : new WasmFunc(store, native->Func, null));
            case ValKind.ExternRef when native->Ref.StoreId != 0 && HostObject(store, native) is { } host:
                Native.wasmtime_val_unroot(native);
                return Val.Reference(kind, host);
            default:
                return Val.Reference(kind, native->Ref.StoreId == 0 ? null : new WasmReference(kind, store.Id, new RootedRef(*native)));
        }
    }

    /// <summary>Gives back what <see cref="ToNative"/> wrote.</summary>
    internal static void Release(NativeVal* values, int count)
    {
        for (int i = 0; i < count; i++)
        {
            if (values[i].Kind > (byte)ValKind.FuncRef && values[i].Ref.StoreId != 0)
            {
                Native.wasmtime_val_unroot(values + i);
            }
        }
    }

    /// <summary>Drops the exception that the store keeps after one left the guest uncaught.</summary>
    /// <returns>Whether it kept one.</returns>
    internal static bool DropException(WasmStore store)
    {
        var val = default(NativeVal);
        if (Native.wasmtime_context_has_exception(store.Context) == 0 || Native.wasmtime_context_take_exception(store.Context, &val.Ref) == 0)
        {
            return false;
        }

        val.Kind = (byte)ValKind.ExnRef;
        Native.wasmtime_val_unroot(&val);
        return true;
    }

    private static ulong NumberLow(ValKind kind, in RawVal number) =>
        kind is ValKind.I32 or ValKind.F32 ? (uint)number.I32 : number.Low;

    private static void WriteRooted(WasmStore store, ValKind kind, WasmReference reference, NativeVal* native)
    {
        if (reference.Kind != kind)
        {
            throw new WasmError(ErrorCode.WrongType, $"The reference is of kind {reference.Kind}, not {kind}.");
        }

        if (reference.StoreId != store.Id)
        {
            throw new WasmError(ErrorCode.WrongStore, $"The reference belongs to store {reference.StoreId}, not to store {store.Id}: references into a guest's heap cannot be shared between stores.");
        }

        reference.Root.CloneTo(native);
    }

    private static void WriteHostObject(WasmStore store, object host, NativeVal* native)
    {
        if (host is Task || host.GetType() is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(ValueTask<>) || host is ValueTask)
        {
            throw new WasmError(ErrorCode.WrongType, "A task is no value for a guest: await it first, and pass its result.");
        }

        store.RequireHeap();
        store.AdmitHeap();
        nint handle = GCHandle.ToIntPtr(GCHandle.Alloc(host));
        if (Native.wasmtime_externref_new(store.Context, handle, &FreeHandle, &native->Ref) == 0)
        {
            *native = default;
            throw new WasmError(ErrorCode.LimitExceeded, "The guest's heap has no room for another external reference.");
        }
    }

    private static object? HostObject(WasmStore store, NativeVal* native)
    {
        nint handle = Native.wasmtime_externref_data(store.Context, &native->Ref);
        return handle == 0 ? null : GCHandle.FromIntPtr(handle).Target;
    }

    // void (*finalizer)(void* data): called when the guest's heap lets go of the reference, on whatever thread that happens.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void FreeHandle(nint handle) => GCHandle.FromIntPtr(handle).Free();
}
