using WasmActors.Runtime.Interop.Pages;
using WasmActors.Runtime.Stores;

namespace WasmActors.Runtime.State;

/// <summary>A memory, and what it held when it was captured last. The store must have been entered.</summary>
internal sealed class TrackedMemory
{
    // Reading a page costs about as much as asking the system about so many.
    private const int PagesPerRead = 64;

    private static readonly byte[] s_zeros = new byte[MemoryView.PageBytes];

    private readonly WasmMemory _memory;
    private readonly PagePlan _plan;
    private readonly byte[]?[] _pristine;

    // Pages that differed from the pristine ones when they were captured. The others are not kept.
    private byte[]?[] _captured = [];
    private long _capturedLength;

    // Where the memory was when the system began to watch it; 0 while it does not.
    private nint _watchedStart;
    private long _watchedLength;

    public TrackedMemory(int index, WasmMemory memory, byte[]?[] pristine, PagePlan plan)
    {
        Index = index;
        _memory = memory;
        _pristine = pristine;
        _plan = plan;
        _capturedLength = View().Length;
    }

    /// <summary>Its index in the module.</summary>
    public int Index { get; }

    /// <summary>Its length in bytes.</summary>
    public long Length => View().Length;

    /// <summary>Whether it still has the length that was captured.</summary>
    public bool CanRollBack => View().Length == _capturedLength;

    /// <summary>A copy of a page; one that is cut off is filled up with zeros.</summary>
    public static byte[] Copy(ReadOnlySpan<byte> page)
    {
        byte[] copy = new byte[MemoryView.PageBytes];
        page.CopyTo(copy);
        return copy;
    }

    /// <summary>Appends what changed since the last capture, which becomes what was captured.</summary>
    /// <returns>Whether anything changed.</returns>
    public bool Capture(ByteWriter output, ByteWriter scratch)
    {
        var view = View();
        var runs = new RunWriter(scratch);
        WalkChanged(view, ref runs, static (TrackedMemory memory, ref RunWriter runs, long page, Span<byte> bytes) =>
        {
            var before = memory.Before(page);
            if (!bytes.SequenceEqual(before.AsSpan(0, bytes.Length)))
            {
                runs.Add(page * MemoryView.PageBytes, bytes, before);
                memory.Keep(page, bytes);
            }
        });
        bool changed = runs.Count > 0 || view.Length != _capturedLength;
        _capturedLength = view.Length;
        if (changed)
        {
            Write(output, view.Length, runs);
        }

        return changed;
    }

    /// <summary>Appends what differs from a fresh instance.</summary>
    public void Save(ByteWriter output, ByteWriter scratch, long pristineLength)
    {
        var view = View();
        var runs = new RunWriter(scratch);
        WalkResident(view, ref runs, static (TrackedMemory memory, ref RunWriter runs, long page, Span<byte> bytes) =>
        {
            var before = memory.Pristine(page);
            if (!bytes.SequenceEqual(before.AsSpan(0, bytes.Length)))
            {
                runs.Add(page * MemoryView.PageBytes, bytes, before);
            }
        });
        if (runs.Count > 0 || view.Length != pristineLength)
        {
            Write(output, view.Length, runs);
        }
    }

    /// <summary>Appends in what the captured memory differs from that of a fresh instance.</summary>
    public void SaveCaptured(ByteWriter output, ByteWriter scratch, long pristineLength)
    {
        var runs = new RunWriter(scratch);
        for (long page = 0; page < _captured.Length; page++)
        {
            long length = Math.Min(MemoryView.PageBytes, _capturedLength - (page * MemoryView.PageBytes));
            if (_captured[page] is { } bytes && length > 0)
            {
                runs.Add(page * MemoryView.PageBytes, bytes.AsSpan(0, (int)length), Pristine(page));
            }
        }

        if (runs.Count > 0 || _capturedLength != pristineLength)
        {
            Write(output, _capturedLength, runs);
        }
    }

    /// <summary>Writes back what was captured. The length must be the same.</summary>
    public void RollBack()
    {
        var none = default(RunWriter);
        WalkChanged(View(), ref none, static (TrackedMemory memory, ref RunWriter _, long page, Span<byte> bytes) =>
        {
            var before = memory.Before(page).AsSpan(0, bytes.Length);
            if (!bytes.SequenceEqual(before))
            {
                before.CopyTo(bytes);
            }
        });
    }

    /// <summary>Returns why a change does not fit this memory, or null.</summary>
    public string? Problem(MemoryChange change)
    {
        var type = _memory.Type;
        long length = View().Length;
        if (change.Length < length)
        {
            return $"memory {Index} has {length} bytes already, and the stored one {change.Length}";
        }

        bool isTooLong = type.Maximum is { } most && (UInt128)change.Length > (UInt128)most << type.PageSizeLog2;
        return isTooLong || change.Length % (1L << type.PageSizeLog2) != 0
            ? $"memory {Index} ({type}) cannot have {change.Length} bytes"
            : null;
    }

    /// <summary>Makes it as long as a change says.</summary>
    public void Grow(MemoryChange change)
    {
        long more = change.Length - View().Length;
        if (more > 0)
        {
            _memory.Grow(more >> _memory.Type.PageSizeLog2);
        }
    }

    /// <summary>Writes a change, which becomes part of what was captured.</summary>
    public void Apply(MemoryChange change, ReadOnlySpan<byte> delta)
    {
        var view = View();
        foreach (var run in change.Runs)
        {
            long address = run.Address;
            var bytes = delta.Slice(run.Offset, run.Length);
            while (bytes.Length > 0)
            {
                (long page, long at) = Math.DivRem(address, MemoryView.PageBytes);
                int count = (int)Math.Min(bytes.Length, MemoryView.PageBytes - at);
                bytes[..count].CopyTo(view.Page(page)[(int)at..]);
                bytes[..count].CopyTo(Own(page).AsSpan((int)at));
                bytes = bytes[count..];
                address += count;
            }
        }

        _capturedLength = view.Length;
    }

    private delegate void PageVisitor(TrackedMemory memory, ref RunWriter runs, long page, Span<byte> bytes);

    private MemoryView View() => MemoryView.Of(_memory.Store, _memory.Native.Item);

    // All pages that may differ from what was captured. Each is equal to it afterwards.
    private void WalkChanged(MemoryView view, ref RunWriter runs, PageVisitor visit)
    {
        bool isWatched = _watchedStart != 0 && _watchedStart == view.Start && _watchedLength == view.Length;
        if (isWatched && TryWalkWritten(view, ref runs, visit))
        {
            return;
        }

        _watchedStart = 0;
        long read = WalkResident(view, ref runs, visit);
        if (read > _plan.WatchFrom && read * PagesPerRead > view.Pages && WrittenPages.TryWatch(view))
        {
            (_watchedStart, _watchedLength) = (view.Start, view.Length);
        }
    }

    private bool TryWalkWritten(MemoryView view, ref RunWriter runs, PageVisitor visit)
    {
        Span<PageRange> ranges = stackalloc PageRange[ResidentPages.Room];
        for (long from = 0; from < view.Pages;)
        {
            int count = WrittenPages.Next(view, ref from, ranges);
            if (count < 0)
            {
                return false;
            }

            Visit(view, ranges[..count], ref runs, visit);
        }

        return true;
    }

    private long WalkResident(MemoryView view, ref RunWriter runs, PageVisitor visit)
    {
        Span<PageRange> ranges = stackalloc PageRange[ResidentPages.Room];
        long pages = 0;
        for (long from = 0; from < view.Pages;)
        {
            int count = ResidentPages.Next(_plan.Search, view, ref from, ranges);
            pages += Visit(view, ranges[..count], ref runs, visit);
        }

        return pages;
    }

    private long Visit(MemoryView view, scoped ReadOnlySpan<PageRange> ranges, ref RunWriter runs, PageVisitor visit)
    {
        long pages = 0;
        foreach (var range in ranges)
        {
            pages += range.End - range.First;
            for (long page = range.First; page < range.End; page++)
            {
                visit(this, ref runs, page, view.Page(page));
            }
        }

        return pages;
    }

    private void Write(ByteWriter output, long length, RunWriter runs)
    {
        output.Byte(StateDelta.MemoryKind);
        output.Number((ulong)Index);
        output.Number((ulong)length);
        output.Number((ulong)runs.Count);
        output.Bytes(runs.Written);
    }

    private byte[] Pristine(long page) => (page < _pristine.Length ? _pristine[page] : null) ?? s_zeros;

    private byte[] Before(long page) => (page < _captured.Length ? _captured[page] : null) ?? Pristine(page);

    private void Keep(long page, ReadOnlySpan<byte> bytes)
    {
        if (page < _captured.Length && _captured[page] is { } kept)
        {
            bytes.CopyTo(kept);
        }
        else
        {
            Slot(page) = Copy(bytes);
        }
    }

    // The captured page, to be written.
    private byte[] Own(long page)
    {
        ref byte[]? slot = ref Slot(page);
        return slot ??= Copy(Pristine(page));
    }

    private ref byte[]? Slot(long page)
    {
        if (page >= _captured.Length)
        {
            Array.Resize(ref _captured, (int)Math.Max(page + 1, Math.Min(_captured.Length * 2L, View().Pages)));
        }

        return ref _captured[page];
    }
}
