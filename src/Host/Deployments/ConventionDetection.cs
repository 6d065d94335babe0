using WasmActors.Actors.Functions;
using WasmActors.Runtime.Modules;

namespace WasmActors.Host.Deployments;

/// <summary>Which calling convention a module looks made for, by the functions that it exports. Nothing is compiled or validated.</summary>
internal static class ConventionDetection
{
    private const int HeaderBytes = 8;
    private const byte ExportSection = 7;
    private const byte Function = 0;

    /// <summary><c>_start</c>: a WASI program; <c>wasmactors_alloc</c>: bytes; else core.</summary>
    /// <param name="wasm">The module's binary form. One that is not valid leads to any answer: its deployment says what is wrong.</param>
    public static CallingConvention Of(ReadOnlySpan<byte> wasm)
    {
        var cursor = new WasmCursor(wasm, 0, "module");
        cursor.ReadBytes(HeaderBytes);
        while (cursor.Remaining > 0)
        {
            byte id = cursor.ReadByte();
            var section = cursor.ReadPart(cursor.ReadU32(), "section");
            if (id == ExportSection)
            {
                return OfExports(section);
            }
        }

        return CallingConvention.Core;
    }

    private static CallingConvention OfExports(WasmCursor exports)
    {
        var found = CallingConvention.Core;
        for (uint count = exports.ReadU32(); count > 0 && !exports.Failed; count--)
        {
            string? name = exports.ReadName();
            byte kind = exports.ReadByte();
            exports.ReadU32();
            found = (kind, name) switch
            {
                (Function, "_start") => CallingConvention.WasiCommand,
                (Function, "wasmactors_alloc") when found == CallingConvention.Core => CallingConvention.Bytes,
                _ => found,
            };
        }

        return found;
    }
}
