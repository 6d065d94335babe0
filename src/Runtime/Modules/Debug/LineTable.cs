using System.Runtime.InteropServices;

namespace WasmActors.Runtime.Modules.Debug;

/// <summary>Which line of which source file each instruction of a module comes from, out of its <c>.debug_line</c> section.</summary>
/// <remarks>Addresses are in bytes from the start of the code section's contents, as DWARF for WebAssembly has them.</remarks>
internal sealed class LineTable
{
    private const int MostRows = 1_000_000;

    private readonly List<Row> _rows = [];
    private readonly List<string?> _files = [];

    private LineTable()
    {
    }

    /// <summary>Reads the rows of all programs. What is damaged or of an unknown version has no rows; at most 1,000,000 are kept.</summary>
    public static LineTable Read(ReadOnlySpan<byte> lines, ReadOnlySpan<byte> strings, ReadOnlySpan<byte> lineStrings)
    {
        var table = new LineTable();
        var section = new DwarfCursor(lines);
        while (section.Remaining > 0 && table._rows.Count < MostRows)
        {
            uint length = section.ReadU32();
            if (length >= 0xfffffff0)
            {
                break; // the 64-bit format, or reserved
            }

            var unit = section.ReadPart(length);
            if (LineHeader.TryRead(ref unit, strings, lineStrings) is { } header)
            {
                table.Run(header, ref unit);
            }
        }

        table._rows.Sort(static (a, b) => a.Address.CompareTo(b.Address));
        return table;
    }

    /// <summary>Returns the line of an address, or null where the table has none.</summary>
    public (string File, int Line)? Find(ulong address)
    {
        int low = 0;
        int high = _rows.Count;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            (low, high) = _rows[middle].Address <= address ? (middle + 1, high) : (low, middle);
        }

        return low > 0 && _rows[low - 1] is { Line: > 0 } row && _files[row.File] is { } file ? (file, row.Line) : null;
    }

    // The state machine of DWARF 5, section 6.2.2. A row holds up to the next one; the end of a sequence is a row without a line.
    private void Run(LineHeader header, ref DwarfCursor program)
    {
        int firstFile = _files.Count;
        _files.AddRange(header.Files);
        var state = State.First;
        int sequence = _rows.Count;
        while (program.Remaining > 0 && !program.Failed && _rows.Count < MostRows)
        {
            byte opcode = program.ReadByte();
            if (opcode >= header.OpcodeBase)
            {
                int adjusted = opcode - header.OpcodeBase;
                state.Address += (ulong)(adjusted / header.LineRange * header.MinimumInstruction);
                state.Line += header.LineBase + (adjusted % header.LineRange);
                AddRow(state, header, firstFile);
            }
            else if (opcode == 0)
            {
                if (ReadExtended(ref program, ref state))
                {
                    EndSequence(state, sequence);
                    sequence = _rows.Count;
                    state = State.First;
                }
            }
            else if (ReadStandard(opcode, header, ref program, ref state))
            {
                AddRow(state, header, firstFile);
            }
        }

        EndSequence(state, sequence);
    }

    private static bool ReadStandard(byte opcode, LineHeader header, ref DwarfCursor program, ref State state)
    {
        switch (opcode)
        {
            case 1: // copy
                return true;
            case 2: // advance_pc
                state.Address += program.ReadUnsigned() * header.MinimumInstruction;
                return false;
            case 3: // advance_line
                state.Line += program.ReadSigned();
                return false;
            case 4: // set_file
                state.File = program.ReadUnsigned();
                return false;
            case 8: // const_add_pc
                state.Address += (ulong)((255 - header.OpcodeBase) / header.LineRange * header.MinimumInstruction);
                return false;
            case 9: // fixed_advance_pc
                state.Address += program.ReadU16();
                return false;
            default: // columns, flags, and what later versions add
                for (int i = 0; i < header.OperandCounts[opcode - 1]; i++)
                {
                    program.ReadUnsigned();
                }

                return false;
        }
    }

    /// <returns>Whether a sequence ends.</returns>
    private static bool ReadExtended(ref DwarfCursor program, ref State state)
    {
        var part = program.ReadPart(program.ReadUnsigned());
        switch (part.ReadByte())
        {
            case 1: // end_sequence
                return true;
            case 2: // set_address
                state.Address = part.Remaining switch { 4 => part.ReadU32(), 8 => part.ReadU32() | ((ulong)part.ReadU32() << 32), _ => ulong.MaxValue };
                return false;
            default:
                return false;
        }
    }

    private void AddRow(in State state, LineHeader header, int firstFile)
    {
        bool known = state.File < (ulong)header.Files.Count && state.Line is > 0 and <= int.MaxValue;
        _rows.Add(known ? new Row(state.Address, firstFile + (int)state.File, (int)state.Line) : new Row(state.Address, 0, 0));
    }

    // The linker puts functions that it dropped at address 0, where no function can be, or at the end of all addresses.
    private void EndSequence(in State state, int first)
    {
        if (first == _rows.Count)
        {
            return;
        }

        if (_rows[first].Address is 0 or >= 0xfffffffe)
        {
            _rows.RemoveRange(first, _rows.Count - first);
        }
        else
        {
            _rows.Add(new Row(state.Address, 0, 0));
        }
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Row(ulong Address, int File, int Line);

    [StructLayout(LayoutKind.Auto)]
    private record struct State(ulong Address, ulong File, long Line)
    {
        internal static State First => new(0, 1, 1);
    }
}
