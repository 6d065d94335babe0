using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Interop.Abi;
using WasmActors.Runtime.Modules;

namespace WasmActors.Runtime.Interop.Bridges;

/// <summary>Keeps a module's compiled code from being released while Wasmtime works with it, whoever disposes the module meanwhile.</summary>
internal readonly ref struct ModuleUse
{
    private readonly CompiledHandle _handle;

    /// <exception cref="WasmError"><c>module.gone</c></exception>
    internal ModuleUse(WasmModule module)
    {
        _handle = module.Handle;
        bool added = false;
        try
        {
            _handle.DangerousAddRef(ref added);
        }
        catch (ObjectDisposedException)
        {
            throw Gone(module);
        }

        Pointer = _handle.DangerousGetHandle();
    }

    /// <summary><c>wasmtime_module_t*</c></summary>
    internal nint Pointer { get; }

    public void Dispose() => _handle.DangerousRelease();

    internal static WasmError Gone(WasmModule module) =>
        new(ErrorCode.ModuleGone, $"The module {module} has been disposed: load it again.");
}
