using WasmActors.Runtime.Modules.Binary;

namespace WasmActors.Runtime.Modules.Precheck;

/// <summary>The names and kinds of a module's imports and exports, read from its binary without compiling or validating it.</summary>
internal sealed class ModuleOutline
{
    private const byte ImportId = 2;
    private const byte ExportId = 7;

    private readonly List<OutlineItem> _imports = [];
    private readonly List<OutlineItem> _exports = [];

    private ModuleOutline()
    {
    }

    private static ReadOnlySpan<byte> Preamble => [0x00, 0x61, 0x73, 0x6D, 0x01, 0x00, 0x00, 0x00];

    /// <summary>The imports in the module's order.</summary>
    public IReadOnlyList<OutlineItem> Imports => _imports;

    /// <summary>The exports in the module's order. Their module is empty.</summary>
    public IReadOnlyList<OutlineItem> Exports => _exports;

    /// <summary>Whether this is a module of the known version and both sections were read to their ends. If not, compiling says what is wrong with the module.</summary>
    public bool IsWhole { get; private set; } = true;

    /// <summary>Reads a module's binary. Never throws.</summary>
    public static ModuleOutline Read(ReadOnlySpan<byte> wasm)
    {
        var outline = new ModuleOutline();
        var cursor = new WasmCursor(wasm, 0, "module");
        cursor.ReadBytes((uint)Preamble.Length);
        while (cursor.Remaining > 0)
        {
            byte id = cursor.ReadByte();
            var section = cursor.ReadPart(cursor.ReadU32(), "section");
            if (id == ImportId)
            {
                ImportSection.List(ref section, outline._imports);
            }
            else if (id == ExportId)
            {
                outline.ReadExports(ref section);
            }

            outline.IsWhole &= !section.Failed;
        }

        outline.IsWhole &= !cursor.Failed && wasm.StartsWith(Preamble);
        return outline;
    }

    private void ReadExports(ref WasmCursor section)
    {
        for (uint count = section.ReadU32(); count > 0 && !section.Failed; count--)
        {
            string? name = section.ReadName();
            byte kind = section.ReadByte();
            section.ReadU32();
            if (name is not null && !section.Failed && ImportSection.KindOf(kind) is { } known)
            {
                _exports.Add(new OutlineItem("", name, known));
            }
        }
    }
}
