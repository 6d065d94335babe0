using WasmActors.Functions.State;

namespace WasmActors.Host.Persistence.States;

/// <summary>The checksums of rows. <c>docs/state-format.md</c> documents them.</summary>
internal static class RowSums
{
    public static long OfCommit(long state, long sequence, long nonce, long at, ReadOnlySpan<byte> body) =>
        new RowSum('c').Add(state).Add(sequence).Add(nonce).Add(at).Add(body).Value;

    public static long OfChunk(long state, long baseSequence, int chunk, bool packed, ReadOnlySpan<byte> body) =>
        new RowSum('k').Add(state).Add(baseSequence).Add(chunk).Add(packed ? 1 : 0).Add(body).Value;

    public static long OfAnswer(long state, long before, StoredAnswer answer) =>
        new RowSum('a').Add(state).Add(answer.Sequence).Add(before)
        .Add(answer.Key).Add(answer.RequestHash).Add(answer.At.ToUnixTimeMilliseconds()).Add(answer.Answer).Value;

    public static long OfFunction(string function, long throughVersion) =>
        new RowSum('f').Add(function).Add(throughVersion).Value;

    public static long OfBase(ReadOnlySpan<byte> whole) => new RowSum('b').Add(whole).Value;
}
