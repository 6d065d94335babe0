using Microsoft.Win32.SafeHandles;

namespace WasmActors.Runtime.Interop.Abi;

/// <summary>Owns a <c>wasmtime_module_t*</c>. Modules may be used from any thread.</summary>
internal sealed class CompiledHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    internal CompiledHandle(nint module)
        : base(ownsHandle: true) => SetHandle(module);

    protected override bool ReleaseHandle()
    {
        Native.wasmtime_module_delete(handle);
        return true;
    }
}

/// <summary>Owns a <c>wasmtime_linker_t*</c>. Defining needs one thread at a time, instantiating does not.</summary>
internal sealed class LinkerHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    internal LinkerHandle(nint linker)
        : base(ownsHandle: true) => SetHandle(linker);

    protected override bool ReleaseHandle()
    {
        Native.wasmtime_linker_delete(handle);
        return true;
    }
}

/// <summary>Owns a <c>wasmtime_instance_pre_t*</c>: a module with its imports resolved, usable from any thread.</summary>
internal sealed class InstancePreHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    internal InstancePreHandle(nint pre)
        : base(ownsHandle: true) => SetHandle(pre);

    protected override bool ReleaseHandle()
    {
        Native.wasmtime_instance_pre_delete(handle);
        return true;
    }
}
