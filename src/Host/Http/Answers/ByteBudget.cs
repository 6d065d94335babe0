namespace WasmActors.Host.Http.Answers;

/// <summary>The bytes that bodies of requests and answers may take together, and those that they do take.</summary>
/// <param name="most">Most bytes in all.</param>
internal sealed class ByteBudget(long most)
{
    // A call is not begun in vain: its output needs room when it is done.
    private readonly long _forCalls = most - (most / 8);
    private long _inUse;

    /// <summary>Most bytes in all.</summary>
    public long Most => most;

    /// <summary>Bytes that are taken.</summary>
    public long InUse => Volatile.Read(ref _inUse);

    /// <summary>Whether less than an eighth is free.</summary>
    public bool IsNearlyFull => InUse > _forCalls;

    /// <summary>Takes bytes if they are free; <see cref="Release"/> afterwards.</summary>
    public bool TryTake(long bytes)
    {
        if (Interlocked.Add(ref _inUse, bytes) <= most)
        {
            return true;
        }

        Release(bytes);
        return false;
    }

    /// <summary>Frees bytes that were taken.</summary>
    public void Release(long bytes) => Interlocked.Add(ref _inUse, -bytes);
}
