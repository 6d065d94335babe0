namespace WasmActors.Actors.Dispatch;

/// <summary>Whether guests of a tenant keep on: some are in the background, or their slices take much time. Read and written from any thread.</summary>
internal sealed class LastingGuests
{
    private long _until;
    private long _measuredUntil;
    private long _measured;

    /// <summary>It is so until a timestamp.</summary>
    internal void Note(long until) => Volatile.Write(ref _until, until);

    /// <summary>Whether it is so at a timestamp.</summary>
    internal bool IsSo(long now) => Volatile.Read(ref _until) > now;

    /// <summary>Until a timestamp, the processor's time of its turns is measured, from nothing on; that costs a call of the system each.</summary>
    internal void Measure(long until)
    {
        Interlocked.Exchange(ref _measured, 0);
        Volatile.Write(ref _measuredUntil, until);
    }

    /// <summary>Whether it is measured at a timestamp.</summary>
    internal bool IsMeasured(long now) => Volatile.Read(ref _measuredUntil) > now;

    /// <summary>A turn took so much; the answer is what was measured so far.</summary>
    internal TimeSpan Add(TimeSpan processor) => TimeSpan.FromTicks(Interlocked.Add(ref _measured, processor.Ticks));
}
