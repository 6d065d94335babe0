namespace WasmActors.Actors.Functions.Running;

/// <summary>The bytes that all keys of a node may have for answers that they remember. Used from any thread.</summary>
internal sealed class AnswerRoom(long limit)
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
