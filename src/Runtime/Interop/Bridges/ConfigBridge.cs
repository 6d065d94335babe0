using System.Runtime.InteropServices;
using WasmActors.Runtime.Interop.Abi;
using Wasmtime;

namespace WasmActors.Runtime.Interop.Bridges;

/// <summary>Settings of an engine that the embedding lacks.</summary>
internal static class ConfigBridge
{
    /// <summary>Allows memories whose pages are not 64 KiB.</summary>
    internal static Config WithCustomPageSizes(this Config config, bool enable)
    {
        var handle = (SafeHandle)EmbeddingAccess.Handle(config);
        Native.wasmtime_config_wasm_custom_page_sizes_set(handle.DangerousGetHandle(), enable ? (byte)1 : (byte)0);
        GC.KeepAlive(config);
        return config;
    }
}
