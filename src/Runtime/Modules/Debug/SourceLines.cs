using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Modules.Binary;

namespace WasmActors.Runtime.Modules.Debug;

/// <summary>The source lines of one module that was built with debug information. They are read at the first failure that needs them.</summary>
internal sealed class SourceLines
{
    // Beyond it a module's frames have no lines: reading must stay short, on whatever thread it is.
    private const long MostBytes = 16 << 20;

    private readonly string? _moduleName;
    private readonly long _codeOffset;
    private readonly Lazy<LineTable> _table;
    private byte[]? _lines;
    private byte[]? _strings;
    private byte[]? _lineStrings;

    private SourceLines(string? moduleName, long codeOffset, byte[] lines, byte[] strings, byte[] lineStrings)
    {
        _moduleName = moduleName is null ? null : GuestText.Clean(moduleName, GuestText.NameLimit);
        _codeOffset = codeOffset;
        _lines = lines;
        _strings = strings;
        _lineStrings = lineStrings;
        _table = new Lazy<LineTable>(ReadTable);
    }

    /// <summary>Copies what a module's binary has; null where it has no lines, or more than 16 MiB of debug information for them.</summary>
    internal static SourceLines? Of(ModuleBinary? binary, ReadOnlySpan<byte> wasm)
    {
        if (binary?.CodeOffset is not { } code || Section(binary, ".debug_line") is not { } lines)
        {
            return null;
        }

        var strings = Section(binary, ".debug_str");
        var lineStrings = Section(binary, ".debug_line_str");
        return lines.Length + (strings?.Length ?? 0) + (lineStrings?.Length ?? 0) > MostBytes
            ? null
            : new SourceLines(binary.Name, code, Copy(lines, wasm), Copy(strings, wasm), Copy(lineStrings, wasm));
    }

    /// <summary>Returns the frame with its line, or the frame itself where it is of another module or has none.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="isInnermost">Whether the failure happened in it; all others are at the instruction after a call.</param>
    internal TrapFrame Locate(TrapFrame frame, bool isInnermost)
    {
        if (frame.ModuleOffset is not { } offset || offset < _codeOffset || !string.Equals(frame.ModuleName, _moduleName, StringComparison.Ordinal))
        {
            return frame;
        }

        ulong address = (ulong)(offset - _codeOffset);
        return _table.Value.Find(isInnermost || address == 0 ? address : address - 1) is var (file, line)
            ? frame with { File = GuestText.Clean(file, GuestText.NameLimit), Line = line }
            : frame;
    }

    private static CustomSection? Section(ModuleBinary binary, string name) =>
        binary.CustomSections.FirstOrDefault(section => string.Equals(section.Name, name, StringComparison.Ordinal));

    private static byte[] Copy(CustomSection? section, ReadOnlySpan<byte> wasm) =>
        section is null ? [] : wasm.Slice((int)section.Offset, (int)section.Length).ToArray();

    private LineTable ReadTable()
    {
        var table = LineTable.Read(_lines, _strings, _lineStrings);
        _lines = _strings = _lineStrings = null;
        return table;
    }
}
