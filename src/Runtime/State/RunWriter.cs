namespace WasmActors.Runtime.State;

/// <summary>Encodes the bytes of a memory that changed, in granules.</summary>
internal ref struct RunWriter
{
    private const int Granule = 32;

    private readonly ByteWriter _output;
    private long _end;

    /// <param name="output">Gets the runs; what it has is removed.</param>
    public RunWriter(ByteWriter output)
    {
        _output = output;
        output.Clear();
    }

    /// <summary>Number of runs.</summary>
    public int Count { get; private set; }

    /// <summary>The encoded runs.</summary>
    public readonly ReadOnlySpan<byte> Written => _output.Written;

    /// <summary>Adds the bytes of a page that differ from before.</summary>
    public void Add(long address, ReadOnlySpan<byte> now, ReadOnlySpan<byte> before)
    {
        before = before[..now.Length];
        for (int at = 0; ;)
        {
            at += now[at..].CommonPrefixLength(before[at..]);
            if (at >= now.Length)
            {
                return;
            }

            int start = at & ~(Granule - 1);
            int end = start;
            do
            {
                end = Math.Min(end + Granule, now.Length);
            }
            while (end < now.Length && !Granular(now, end).SequenceEqual(Granular(before, end)));

            _output.Number((ulong)(address + start - _end));
            _output.Number((ulong)(end - start));
            _output.Bytes(now[start..end]);
            _end = address + end;
            Count++;
            at = end;
        }
    }

    private static ReadOnlySpan<byte> Granular(ReadOnlySpan<byte> bytes, int at) =>
        bytes.Slice(at, Math.Min(Granule, bytes.Length - at));
}
