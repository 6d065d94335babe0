using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Interop.Bridges;
using WasmActors.Runtime.Stores;

namespace WasmActors.Runtime.State;

/// <summary>A table of functions, and what it held when it was captured last. The store must have been
/// entered.</summary>
internal sealed class TrackedTable
{
    private readonly WasmTable _table;
    private readonly FunctionIndex _functions;
    private readonly nint[] _pristine;

    private nint[] _captured;
    private nint[] _now = [];

    public TrackedTable(int index, WasmTable table, FunctionIndex functions)
    {
        Index = index;
        _table = table;
        _functions = functions;
        _pristine = _captured = Read();
    }

    /// <summary>Its index in the module.</summary>
    public int Index { get; }

    /// <summary>Number of elements.</summary>
    public long Size => TableBridge.Size(_table.Store, _table.Native.Item);

    /// <summary>Whether it still has the size that was captured.</summary>
    public bool CanRollBack => Size == _captured.Length;

    /// <summary>Reads what it holds now.</summary>
    /// <exception cref="WasmError"><c>state.unsupported</c>: a function of another instance.</exception>
    public void Prepare()
    {
        _now = Read();
        foreach (nint function in _now.AsSpan().SequenceEqual(_captured) ? [] : _now)
        {
            _functions.Of(function);
        }
    }

    /// <summary>Appends what changed since the last capture, which becomes what was captured.</summary>
    public bool Capture(ByteWriter output)
    {
        bool changed = Write(output, _now, _captured);
        _captured = _now;
        return changed;
    }

    /// <summary>Appends what differs from a fresh instance.</summary>
    public void Save(ByteWriter output) => Write(output, _now, _pristine);

    /// <summary>Appends in what the captured table differs from that of a fresh instance.</summary>
    public void SaveCaptured(ByteWriter output) => Write(output, _captured, _pristine);

    /// <summary>Writes back what was captured. The size must be the same.</summary>
    public void RollBack()
    {
        var now = Read();
        for (int i = 0; i < now.Length; i++)
        {
            if (now[i] != _captured[i])
            {
                _table.Set(i, _functions[_functions.Of(_captured[i])]);
            }
        }
    }

    /// <summary>Returns why a change does not fit this table, or null.</summary>
    public string? Problem(TableChange change)
    {
        if (change.Size < Size)
        {
            return $"table {Index} has {Size} elements already, and the stored one {change.Size}";
        }

        if (_table.Type.Maximum is { } most && (ulong)change.Size > most)
        {
            return $"table {Index} ({_table.Type}) cannot have {change.Size} elements";
        }

        int at = change.Elements.FindIndex(e => !_functions.Has(e.Function));
        return at >= 0
            ? $"table {Index} refers to function {change.Elements[at].Function}, which the module does not have there"
            : null;
    }

    /// <summary>Makes it as large as a change says.</summary>
    public void Grow(TableChange change)
    {
        if (change.Size > Size)
        {
            _table.Grow(change.Size - Size, _functions[-1]);
        }
    }

    /// <summary>Writes a change, which becomes part of what was captured.</summary>
    public void Apply(TableChange change)
    {
        foreach (var element in change.Elements)
        {
            _table.Set(element.Index, _functions[element.Function]);
        }

        var captured = Read();
        var changed = change.Elements.Select(static e => e.Index).ToHashSet();
        for (int i = 0; i < _captured.Length; i++)
        {
            if (!changed.Contains(i))
            {
                captured[i] = _captured[i];
            }
        }

        _captured = captured;
    }

    private nint[] Read()
    {
        long size = Size;
        if (size > Array.MaxLength)
        {
            throw new WasmError(
                ErrorCode.StateUnsupported,
                $"The state cannot be saved: table {Index} has {size} elements. Let the guest use smaller tables.");
        }

        var functions = new nint[size];
        TableBridge.GetFunctions(_table.Store, _table.Native.Item, functions);
        return functions;
    }

    private bool Write(ByteWriter output, nint[] now, nint[] before)
    {
        var runs = Runs(now, before);
        if (runs.Count == 0 && now.Length == before.Length)
        {
            return false;
        }

        output.Byte(StateDelta.TableKind);
        output.Number((ulong)Index);
        output.Number((ulong)now.Length);
        output.Number((ulong)runs.Count);
        int end = 0;
        foreach (var (first, last) in runs)
        {
            output.Number((ulong)(first - end));
            output.Number((ulong)(last - first));
            foreach (nint function in now.AsSpan(first, last - first))
            {
                output.Number((ulong)(_functions.Of(function) + 1));
            }

            end = last;
        }

        return true;
    }

    // Elements beyond what was there before count as null before.
    private static List<(int First, int End)> Runs(nint[] now, nint[] before)
    {
        var runs = new List<(int First, int End)>();
        for (int i = 0; i < now.Length; i++)
        {
            if (now[i] == (i < before.Length ? before[i] : 0))
            {
                continue;
            }

            if (runs.Count > 0 && runs[^1].End == i)
            {
                runs[^1] = (runs[^1].First, i + 1);
            }
            else
            {
                runs.Add((i, i + 1));
            }
        }

        return runs;
    }
}
