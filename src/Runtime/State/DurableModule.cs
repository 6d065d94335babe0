using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Modules.Binary;
using WasmActors.Runtime.Modules.Precheck;

namespace WasmActors.Runtime.State;

/// <summary>What the rewriter must know of a module: where its sections are, and what state its instances
/// have.</summary>
internal sealed class DurableModule
{
    private static ReadOnlySpan<byte> Preamble => [0x00, 0x61, 0x73, 0x6D, 0x01, 0x00, 0x00, 0x00];

    private DurableModule(byte[] wasm) => Wasm = wasm;

    /// <summary>The module's binary.</summary>
    public byte[] Wasm { get; }

    /// <summary>Its sections in order.</summary>
    public List<ModuleSection> Sections { get; } = [];

    /// <summary>Number of types, those in recursive groups counted one by one.</summary>
    public uint Types { get; private set; }

    /// <summary>Number of functions, imported ones included.</summary>
    public uint Functions => ImportedFunctions + DefinedFunctions;

    /// <summary>Number of globals, imported ones included.</summary>
    public uint Globals => (uint)Declarations.Globals.Count;

    public uint ImportedFunctions => Declarations.ImportedFunctions;

    public uint DefinedFunctions { get; private set; }

    /// <summary>Its memories, tables and globals.</summary>
    public StateDeclarations Declarations { get; } = new();

    /// <summary>What its code does.</summary>
    public StateCode Code { get; } = new();

    /// <summary>Index of the start function; null where it has none.</summary>
    public uint? Start { get; private set; }

    /// <summary>Reads a module.</summary>
    /// <exception cref="WasmError"><c>module.invalid</c>: it cannot be read; <c>state.unsupported</c>: its state
    /// cannot be saved.</exception>
    public static DurableModule Read(byte[] wasm)
    {
        if (!wasm.AsSpan().StartsWith(Preamble))
        {
            throw new WasmError(
                ErrorCode.ModuleInvalid,
                "The module does not start with the header of a WebAssembly module (00 61 73 6d 01 00 00 00).");
        }

        var module = new DurableModule(wasm);
        var cursor = new WasmCursor(wasm, 0, "module");
        cursor.ReadBytes((uint)Preamble.Length);
        while (cursor.Remaining > 0)
        {
            byte id = cursor.ReadByte();
            var section = cursor.ReadPart(cursor.ReadU32(), "section");
            module.Sections.Add(new ModuleSection(id, section.Offset, section.Remaining));
            module.ReadSection(id, ref section);
            Require(section);
        }

        Require(cursor);
        module.Declarations.RequireSavable(module.Code);
        return module;
    }

    private static void Require(in WasmCursor cursor)
    {
        if (cursor.Problem is { } problem)
        {
            throw new WasmError(ErrorCode.ModuleInvalid, $"The module cannot be read: {problem}.");
        }
    }

    private void ReadSection(byte id, ref WasmCursor section)
    {
        switch (id)
        {
            case ModuleSection.Type:
                Types = (uint)TypeSection.Count(ref section, new TypeMembers(0), out _);
                break;
            case ModuleSection.Import:
                Declarations.ReadImports(ref section);
                break;
            case ModuleSection.Function:
                DefinedFunctions = section.ReadU32();
                break;
            case ModuleSection.Table:
                Declarations.ReadTables(ref section, Code.References);
                break;
            case ModuleSection.Memory:
                Declarations.ReadMemories(ref section);
                break;
            case ModuleSection.Global:
                Declarations.ReadGlobals(ref section, Code.References);
                break;
            case ModuleSection.Export:
                StateDeclarations.ReadExports(ref section, Code.References);
                break;
            case ModuleSection.Start:
                Start = section.ReadU32();
                break;
            case ModuleSection.Element:
                Code.ReadElements(ref section);
                break;
            case ModuleSection.Code:
                Code.ReadBodies(ref section);
                break;
        }
    }
}
