using WasmActors.Runtime.Failures;

namespace WasmActors.Actors.Admission;

/// <summary>
/// The memory that guests were granted, in the whole host: a guest's memory grows only while there is room for everything that was granted, touched
/// or not, and so that other tenants find room too. Used from any thread.
/// </summary>
/// <remarks>
/// What was granted and not touched yet is not missing from the memory that is available, but will be. How much that is follows from the process's
/// own resident size: whatever has come to that since nothing was granted may be guests', and the rest of what was granted is untouched.
/// A tenant alone may take all but the last eighth of what guests may have. Of that eighth a tenant gets no more than it leaves, times its weight, with
/// everything that it has: so there is always something left for one that has little.
/// </remarks>
/// <param name="budget">Asks the system.</param>
internal sealed class GuestMemory(MemoryBudget budget)
{
    /// <summary>Margins that growth leaves: one of them is for the starts of stores.</summary>
    internal const int Margins = 2;

    private const int KeptPart = 8;
    private const int ShortPart = 4;

    // Where there is no room, the system is asked more often: what others released shows then.
    private static readonly TimeSpan s_atOnce = TimeSpan.FromMilliseconds(5);

    private readonly Lock _lock = new();
    private long _granted;
    private long _askedAt = long.MinValue;
    private long _others;
    private long _freeThen;
    private long _grantedThen;
    private MemoryReading _reading;

    /// <summary>Bytes that were granted and not returned.</summary>
    internal long Granted => Volatile.Read(ref _granted);

    /// <summary>Grants a tenant more bytes. Returns null, or the error if there is no room.</summary>
    /// <param name="tenant">Whose guest wants them.</param>
    /// <param name="bytes">How many.</param>
    /// <param name="missing">Bytes that idle stores should return, so that the next guests find room; 0 for none.</param>
    internal WasmError? TryTake(Tenant tenant, long bytes, out long missing)
    {
        missing = 0;
        if (bytes <= 0 || !budget.IsOn)
        {
            Take(tenant, bytes);
            return null;
        }

        lock (_lock)
        {
            if (!Look(MemoryBudget.Between))
            {
                Take(tenant, bytes);
                return null; // the system does not tell
            }

            if (Fits(tenant, bytes) || (Look(s_atOnce) && Fits(tenant, bytes)))
            {
                Take(tenant, bytes);
                missing = Math.Max(0, (MostOfAll / ShortPart) - Free);
                return null;
            }

            missing = Math.Max(bytes, (MostOfAll / ShortPart) - Free);
            return Refusals.Full(
                $"A guest needs {bytes >> 10:N0} KiB more of memory: {tenant} has {tenant.Granted >> 20:N0} MiB for its guests, and {Math.Max(0, Free) >> 20:N0} MiB of {_reading.Limit >> 20:N0} MiB of memory are left for all (AdmissionOptions.MemoryMarginBytes), the last of them for others. Stop stores, or give the process more memory.",
                MemoryBudget.Between);
        }
    }

    /// <summary>Counts bytes that a tenant's guests have, or fewer.</summary>
    internal void Take(Tenant tenant, long bytes)
    {
        tenant.Grant(bytes);
        Interlocked.Add(ref _granted, bytes);
    }

    // What is left for all.
    private long Free => _freeThen - (Granted - _grantedThen);

    // What guests may have in all.
    private long MostOfAll => Math.Max(0, Free) + Granted;

    private bool Fits(Tenant tenant, long bytes)
    {
        long left = Free - bytes;
        return left >= 0 && (left >= MostOfAll / KeptPart || tenant.Granted + bytes <= left * tenant.Weight);
    }

    // False where the system does not tell.
    private bool Look(TimeSpan age)
    {
        if (budget.Look(age, out long askedAt) is not { } reading)
        {
            return false;
        }

        if (askedAt != _askedAt)
        {
            (_askedAt, _reading, _grantedThen) = (askedAt, reading, Granted);
            _others = Math.Clamp(_others, Math.Max(0, reading.Resident - _grantedThen), reading.Resident);
            long untouched = _grantedThen - (reading.Resident - _others);
            _freeThen = reading.Available - untouched - budget.MarginOf(reading, Margins);
        }

        return true;
    }
}
