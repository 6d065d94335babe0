using System.IO.Compression;

namespace WasmActors.Host.Persistence.States;

/// <summary>Divides checkpoints into rows and puts them together again.</summary>
internal static class BaseChunks
{
    /// <summary>Bytes of a chunk before it is compressed; the last one may have fewer.</summary>
    public const int Size = 16 << 10;

    // The fastest. On memories of guests, better ones gain little and take ten times as long.
    private const int Quality = 1;
    private const int Window = 16;

    /// <summary>Divides a checkpoint. A chunk is compressed if that makes it smaller.</summary>
    public static IReadOnlyList<BaseChunk> Split(long state, long sequence, ReadOnlySpan<byte> whole)
    {
        var chunks = new List<BaseChunk>((whole.Length + Size - 1) / Size);
        Span<byte> room = new byte[Size];
        for (int at = 0; at < whole.Length; at += Size)
        {
            var plain = whole[at..Math.Min(whole.Length, at + Size)];
            bool packs = BrotliEncoder.TryCompress(plain, room, out int packed, Quality, Window)
                && packed < plain.Length;
            byte[] body = packs ? room[..packed].ToArray() : plain.ToArray();
            chunks.Add(new BaseChunk(chunks.Count, packs, body,
                RowSums.OfChunk(state, sequence, chunks.Count, packs, body)));
        }

        return chunks;
    }

    /// <summary>Puts a checkpoint together.</summary>
    /// <param name="row">Whose it is, and how long.</param>
    /// <param name="chunks">Its chunks in any order.</param>
    /// <returns>Null if a chunk is missing or damaged.</returns>
    public static byte[]? Join(StateRow row, IReadOnlyList<BaseChunk> chunks)
    {
        if (row.BaseBytes < 0 || row.BaseBytes > Array.MaxLength || chunks.Count != (row.BaseBytes + Size - 1) / Size)
        {
            return null;
        }

        byte[] whole = new byte[row.BaseBytes];
        var isThere = new bool[chunks.Count];
        foreach (var chunk in chunks)
        {
            if (chunk.Number < 0 || chunk.Number >= chunks.Count || isThere[chunk.Number]
                || RowSums.OfChunk(row.Id, row.BaseSequence, chunk.Number, chunk.IsPacked, chunk.Body) != chunk.Sum)
            {
                return null;
            }

            isThere[chunk.Number] = true;
            int at = chunk.Number * Size;
            var place = whole.AsSpan(at, Math.Min(Size, whole.Length - at));
            if (!TryUnpack(chunk, place))
            {
                return null;
            }
        }

        return RowSums.OfBase(whole) == row.BaseSum ? whole : null;
    }

    private static bool TryUnpack(BaseChunk chunk, Span<byte> place)
    {
        if (chunk.IsPacked)
        {
            return BrotliDecoder.TryDecompress(chunk.Body, place, out int unpacked) && unpacked == place.Length;
        }

        return chunk.Body.AsSpan().TryCopyTo(place) && chunk.Body.Length == place.Length;
    }
}
