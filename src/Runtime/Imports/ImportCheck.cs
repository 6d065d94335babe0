using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Imports;

/// <summary>Decides whether a definition serves an import, in words that name the import. Wasmtime checks again, in its own.</summary>
internal static class ImportCheck
{
    // More are only counted.
    private const int NamedAtMost = 20;

    /// <summary>Returns what stands in for an import that nobody defined: a host function, or the type to make a default of; null for nothing.</summary>
    internal static object? TrySubstitute(ImportType import, UnknownImports unknown)
    {
        if (import.Type is FuncType type)
        {
            if (unknown == UnknownImports.Trap)
            {
                return HostFunc.Create(type, new Func<Val[], Val[]>(_ => throw new Trap($"unknown import: `{import.ShownName}` has not been defined")), name: import.ShownName);
            }

            if (unknown == UnknownImports.Default && type.Results.All(static r => r.IsNumeric || r.IsNullable))
            {
                Val[] zeros = [.. type.Results.Select(Zero)];
                return HostFunc.Create(type, new Func<Val[], Val[]>(_ => zeros), name: import.ShownName);
            }
        }
        else if (unknown == UnknownImports.Default && HasDefault(import.Type))
        {
            return import.Type;
        }

        return null;
    }

    /// <summary>The error that names the imports that nobody defined.</summary>
    internal static WasmError Missing(IReadOnlyList<ImportType> imports, bool hasWasi)
    {
        string wasi = !hasWasi && imports.Any(static i => i.Module == "wasi_snapshot_preview1") ? " WASI is not defined: call DefineWasi()." : "";
        string what = imports.Count == 1
            ? $"{imports[0].ShownName} ({imports[0].Type}), which is not defined"
            : $"{imports.Count} things that are not defined: {NameAll(imports.Select(static i => $"{i.ShownName} ({i.Type})"), imports.Count)}";
        return new WasmError(ErrorCode.MissingImport, $"The module imports {what}.{wasi}");
    }

    /// <summary>The names in a row, the first ones of many.</summary>
    internal static string NameAll(IEnumerable<string> names, int count) =>
        string.Join(", ", names.Take(NamedAtMost)) + (count > NamedAtMost ? $" and {count - NamedAtMost} more" : "");

    /// <summary>The default object of a type in a store.</summary>
    internal static WasmExtern MakeDefault(WasmStore store, ExternType type) => type switch
    {
        MemoryType memory => WasmMemory.Create(store, memory),
        TableType table => WasmTable.Create(store, table),
        GlobalType global => WasmGlobal.Create(store, global, Zero(global.Content)),
        _ => throw new WasmError(ErrorCode.MissingImport, $"{type} has no default."),
    };

    /// <summary>Throws unless the definition can serve the import.</summary>
    /// <exception cref="WasmError"><c>link.wrong_kind</c>, <c>link.wrong_type</c></exception>
    internal static void Require(ImportType import, object definition)
    {
        switch (definition)
        {
            case HostFunc host:
                RequireType(import, host.Type);
                break;
            case ServedFunc served:
                RequireType(import, served.Type);
                break;
            case WasmExtern item:
                RequireType(import, item.Type);
                break;
        }
    }

    private static void RequireType(ImportType import, ExternType given)
    {
        if (import.Type.Kind != given.Kind)
        {
            throw new WasmError(
                ErrorCode.ImportWrongKind,
                $"Import {import.ShownName} must be a {Word(import.Type.Kind)} ({import.Type}), but a {Word(given.Kind)} ({given}) was given.");
        }

        if (!Fits(import.Type, given))
        {
            throw new WasmError(
                ErrorCode.ImportWrongType,
                $"Import {import.ShownName} must be of type {import.Type}, but {given} was given.");
        }
    }

    // Subtypes of references are Wasmtime's to judge: only what is certainly wrong is refused here.
    private static bool Fits(ExternType wanted, ExternType given) => (wanted, given) switch
    {
        (FuncType w, FuncType g) => w.Params.Length == g.Params.Length && w.Results.Length == g.Results.Length && (!(w.IsNumeric || g.IsNumeric) || w.Equals(g)),
        (GlobalType w, GlobalType g) => w.IsMutable == g.IsMutable && w.Content.Kind == g.Content.Kind,
        (TableType w, TableType g) => w.Element.Kind == g.Element.Kind,
        (MemoryType w, MemoryType g) => w.Is64 == g.Is64 && w.IsShared == g.IsShared && w.PageSizeLog2 == g.PageSizeLog2
            && (w.Maximum is not { } most || g.Maximum <= most),
        _ => true,
    };

    private static bool HasDefault(ExternType type) => type switch
    {
        MemoryType memory => !memory.IsShared,
        TableType table => table.Element.IsNullable,
        GlobalType global => global.Content.IsNumeric || global.Content.IsNullable,
        _ => false,
    };

    private static Val Zero(ValType type) => type.IsNumeric ? Val.Number(type.Kind, 0, 0) : Val.Null(type);

    private static string Word(ExternKind kind) => kind switch
    {
        ExternKind.Func => "function",
        ExternKind.SharedMemory => "shared memory",
        _ => kind.ToString().ToLowerInvariant(),
    };
}
