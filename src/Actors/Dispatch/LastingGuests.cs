namespace WasmActors.Actors.Dispatch;

/// <summary>Whether guests of a tenant keep on: some are in the background, or were a moment ago. Read and written from any thread.</summary>
internal sealed class LastingGuests
{
    private long _until;
    private long _suspectUntil;

    /// <summary>It is so until a timestamp.</summary>
    internal void Note(long until) => Volatile.Write(ref _until, until);

    /// <summary>Whether it is so at a timestamp.</summary>
    internal bool IsSo(long now) => Volatile.Read(ref _until) > now;

    /// <summary>Until a timestamp, the processor's time of turns is measured: one was long, if it was not others that took the processor.</summary>
    internal void Suspect(long until) => Volatile.Write(ref _suspectUntil, until);

    /// <summary>Whether turns are measured at a timestamp.</summary>
    internal bool IsSuspect(long now) => Volatile.Read(ref _suspectUntil) > now;
}
