namespace WasmActors.Functions.Idempotency;

/// <summary>Bytes that may be taken up to a limit. Used from any thread.</summary>
internal sealed class ByteBudget(long limit)
{
    private long _used;

    /// <summary>Bytes that are taken.</summary>
    internal long Used => Interlocked.Read(ref _used);

    internal bool TryTake(long bytes)
    {
        if (Interlocked.Add(ref _used, bytes) <= limit)
        {
            return true;
        }

        Interlocked.Add(ref _used, -bytes);
        return false;
    }

    internal void GiveBack(long bytes) => Interlocked.Add(ref _used, -bytes);
}
