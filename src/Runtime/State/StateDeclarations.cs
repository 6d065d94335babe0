using System.Runtime.InteropServices;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Modules.Binary;

namespace WasmActors.Runtime.State;

/// <summary>The memories, tables and globals that a module declares, as far as its state needs them.</summary>
internal sealed class StateDeclarations
{
    private const byte FuncRef = 0x70;
    private const byte NullableReference = 0x63;
    private const byte Reference = 0x64;
    private const byte Shared = 0x02;

    // What stands for the kind in a compact import, after an empty name.
    private const byte GroupOfItems = 0x7F;
    private const byte GroupOfNames = 0x7E;

    private readonly List<bool> _tableHoldsFunctions = [];

    /// <summary>All globals by index.</summary>
    public List<DeclaredGlobal> Globals { get; } = [];

    /// <summary>Number of memories.</summary>
    public uint Memories { get; private set; }

    /// <summary>Number of tables.</summary>
    public uint Tables => (uint)_tableHoldsFunctions.Count;

    public uint ImportedFunctions { get; private set; }

    /// <summary>Whether a mutable global holds a function.</summary>
    public bool HasFunctionGlobals => Globals.Exists(static g => g is { IsMutable: true, IsFunction: true });

    public void ReadImports(ref WasmCursor cursor)
    {
        for (uint count = cursor.ReadU32(); count > 0 && !cursor.Failed; count--)
        {
            string module = cursor.ReadName() ?? "";
            string name = cursor.ReadName() ?? "";
            if (name.Length == 0 && cursor.Peek() is GroupOfItems or GroupOfNames)
            {
                throw Unsupported(
                    "its imports are in the compact encoding, a proposal that nothing compiles",
                    "Build the module without it");
            }

            ReadImport(ref cursor, $"'{GuestText.Clean(module, 64)}' '{GuestText.Clean(name, 64)}'");
        }
    }

    public void ReadTables(ref WasmCursor cursor, ReferenceUse use)
    {
        for (uint count = cursor.ReadU32(); count > 0 && !cursor.Failed; count--)
        {
            bool hasInitialValue = cursor.Peek() == 0x40;
            if (hasInitialValue)
            {
                cursor.ReadBytes(2);
            }

            _tableHoldsFunctions.Add(ReadIsFunction(ref cursor));
            cursor.SkipLimits();
            if (hasInitialValue)
            {
                ConstantExpression.Skip(ref cursor, use);
            }
        }
    }

    public void ReadMemories(ref WasmCursor cursor)
    {
        for (uint count = cursor.ReadU32(); count > 0 && !cursor.Failed; count--)
        {
            if ((cursor.Peek() & Shared) != 0)
            {
                throw Unsupported(
                    $"its memory {Memories} is shared between threads",
                    "Build the module without threads");
            }

            cursor.SkipLimits();
            Memories++;
        }
    }

    public void ReadGlobals(ref WasmCursor cursor, ReferenceUse use)
    {
        for (uint count = cursor.ReadU32(); count > 0 && !cursor.Failed; count--)
        {
            Globals.Add(ReadGlobal(ref cursor));
            ConstantExpression.Skip(ref cursor, use);
        }
    }

    public static void ReadExports(ref WasmCursor cursor, ReferenceUse use)
    {
        for (uint count = cursor.ReadU32(); count > 0 && !cursor.Failed; count--)
        {
            string name = cursor.ReadName() ?? "";
            bool isFunction = cursor.ReadByte() == 0;
            uint index = cursor.ReadU32();
            if (StateRewriter.IsHidden(name))
            {
                throw Unsupported(
                    $"its export '{GuestText.Clean(name, 64)}' starts with '{HiddenExports.Prefix}', which is reserved",
                    "Rename the export, and pass the module as it was built: it may have been rewritten already");
            }

            if (isFunction && !cursor.Failed)
            {
                use.Functions.Add(index); // the host can pass it to the guest
            }
        }
    }

    /// <summary>Throws if the state holds something that cannot be saved.</summary>
    /// <exception cref="WasmError"><c>state.unsupported</c></exception>
    public void RequireSavable(StateCode code)
    {
        if (code.References.UsesHeap)
        {
            throw Unsupported("it uses the guest's garbage-collected heap", "Build it for linear memory");
        }

        int global = Globals.FindIndex(static g => g is { IsMutable: true, IsNumber: false, IsFunction: false });
        if (global >= 0)
        {
            throw Unsupported(
                $"its mutable global {global} holds references other than funcref",
                "Keep such references in the host, and numbers for them in the guest");
        }

        foreach (uint table in code.ChangedTables.Where(t => t < Tables && !_tableHoldsFunctions[(int)t]))
        {
            throw Unsupported(
                $"its table {table}, which its code changes, holds references other than funcref",
                "Keep such references in the host, and numbers for them in the guest "
                + "(Rust: build without --reference-types)");
        }
    }

    private static WasmError Unsupported(string why, string remedy) =>
        new(
            ErrorCode.StateUnsupported,
            $"The state of the module cannot be saved: {why}. {remedy}, or deploy it without durable state.");

    private void ReadImport(ref WasmCursor cursor, string what)
    {
        int start = cursor.Offset;
        switch (cursor.ReadByte())
        {
            case 0:
                cursor.ReadU32();
                ImportedFunctions++;
                break;
            case 1:
                throw Unsupported(
                    $"it imports the table {what}, which belongs to the host",
                    "Let the module define and export its table (lld: no --import-table)");
            case 2:
                throw Unsupported(
                    $"it imports the memory {what}, which belongs to the host",
                    "Let the module define and export its memory (lld: no --import-memory)");
            case 3:
                var global = ReadGlobal(ref cursor);
                if (global.IsMutable && !cursor.Failed)
                {
                    throw Unsupported(
                        $"it imports the mutable global {what}, which belongs to the host",
                        "Let the module define the global");
                }

                Globals.Add(global);
                break;
            case 4:
                cursor.ReadByte();
                cursor.ReadU32();
                break;
            case var other:
                cursor.Fail($"0x{other:x2} is not a known kind of import", start);
                break;
        }
    }

    private static DeclaredGlobal ReadGlobal(ref WasmCursor cursor)
    {
        bool isNumber = cursor.Peek() is >= 0x7B and <= 0x7F;
        bool isFunction = ReadIsFunction(ref cursor);
        return new DeclaredGlobal(isNumber, isFunction, cursor.ReadByte() == 1);
    }

    // Any function: of one of a type of the module's own, the host could not tell which it may set.
    private static bool ReadIsFunction(ref WasmCursor cursor)
    {
        var look = cursor;
        byte first = look.ReadByte();
        byte heap = look.Peek();
        cursor.SkipValueType();
        return first == FuncRef || (first is NullableReference or Reference && heap == FuncRef);
    }

    /// <summary>A global.</summary>
    /// <param name="IsNumber">Whether it holds a number or a vector.</param>
    /// <param name="IsFunction">Whether it holds any function.</param>
    /// <param name="IsMutable">Whether code can set it.</param>
    [StructLayout(LayoutKind.Auto)]
    internal readonly record struct DeclaredGlobal(bool IsNumber, bool IsFunction, bool IsMutable);
}
