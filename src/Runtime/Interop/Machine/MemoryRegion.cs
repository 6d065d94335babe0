using System.Numerics;
using System.Runtime.InteropServices;
using static WasmActors.Runtime.Interop.Machine.Mappings;

namespace WasmActors.Runtime.Interop.Machine;

/// <summary>
/// Where engines that reserve no memory (<see cref="Modules.EngineSettings.ReserveMemory"/>) get their linear memories from: slots of one region of
/// addresses, which has one mapping whatever there are. Taking a slot needs no system call.
/// </summary>
/// <remarks>
/// Slots lie beside each other without guards: only for code that compares every address with the memory's size. Whoever takes a
/// slot finds zeros: it has no pages, or few that were filled with zeros when it was given back.
/// </remarks>
internal sealed unsafe class MemoryRegion
{
    /// <summary>Bytes of the smallest slot, which is a page of most guests.</summary>
    internal const int SmallestSlot = 64 << 10;

    /// <summary>Bytes of the largest slot. What is larger gets a mapping of its own.</summary>
    internal const int LargestSlot = 2 << 20;

    // Of each size; these are addresses only.
    private const int SlotsOfEachSize = 131_072;

    // So many free slots of each size keep their pages, if they are so few: the next touch needs no page from the system.
    private const int WarmSlots = 512;
    private const int WarmPages = 4;

    private const int ReadWrite = 0x1 | 0x2;

    // MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
    private const int Flags = 0x02 | 0x20 | 0x4000;

    private const int MayMove = 1;
    private const int DontNeed = 4;
    private const int NoHugePage = 15;

    private static readonly Lazy<MemoryRegion> s_shared = new(static () => new MemoryRegion());

    private readonly Band[] _bands;

    private MemoryRegion()
    {
        int sizes = BitOperations.Log2(LargestSlot / SmallestSlot) + 1;
        nuint length = unchecked((nuint)(((2L * LargestSlot) - SmallestSlot) * SlotsOfEachSize));
        nint start = mmap(0, length, ReadWrite, Flags, -1, 0);
        if (start == -1)
        {
            _bands = []; // the process may have no such addresses: each memory gets a mapping of its own
            return;
        }

        // A single touched byte must not bring in 2 MiB.
        _ = madvise(start, length, NoHugePage);
        _bands = new Band[sizes];
        for (int i = 0; i < sizes; i++)
        {
            _bands[i] = new Band(start, SmallestSlot << i);
            start = _bands[i].End;
        }
    }

    /// <summary>The process's only region.</summary>
    internal static MemoryRegion Shared => s_shared.Value;

    /// <summary>Takes a place of zeros for a memory.</summary>
    /// <param name="bytes">What it must hold.</param>
    /// <param name="capacity">What it holds.</param>
    /// <returns>Its address; 0 when the system has no room.</returns>
    internal nint Take(nuint bytes, out nuint capacity)
    {
        if (bytes <= LargestSlot && _bands.Length > 0)
        {
            var band = _bands[BitOperations.Log2((uint)Math.Max(bytes, SmallestSlot) - 1) + 1 - BitOperations.Log2(SmallestSlot)];
            capacity = (nuint)band.SlotBytes;
            if (band.Take() is not 0 and var slot)
            {
                return slot;
            }
        }

        capacity = WholePages(bytes);
        nint mapped = capacity < bytes ? -1 : mmap(0, capacity, ReadWrite, Flags, -1, 0);
        return mapped == -1 ? 0 : mapped;
    }

    /// <summary>A larger place with what a memory has; zeros follow it. Its old place is given back.</summary>
    /// <returns>Its address; 0 when the system has no room: the memory stays where it is.</returns>
    internal nint Move(nint place, nuint used, nuint bytes, ref nuint capacity)
    {
        if (BandOf(place) is null && bytes > LargestSlot)
        {
            nuint wanted = WholePages(bytes);
            nint moved = wanted < bytes ? -1 : mremap(place, capacity, wanted, MayMove);
            if (moved == -1)
            {
                return 0;
            }

            capacity = wanted;
            return moved;
        }

        nint larger = Take(bytes, out nuint room);
        if (larger != 0)
        {
            Buffer.MemoryCopy((void*)place, (void*)larger, room, used);
            Give(place, capacity);
            capacity = room;
        }

        return larger;
    }

    /// <summary>Gives a place back. Its contents are gone when this returns.</summary>
    internal void Give(nint place, nuint capacity)
    {
        if (BandOf(place) is not { } band)
        {
            _ = munmap(place, capacity);
            return;
        }

        bool isWarm = band.WantsWarm && TouchedPages.TryClear(place, capacity, WarmPages);
        if (!isWarm)
        {
            Discard(place, capacity);
        }

        band.Give(place, isWarm);
    }

    /// <summary>Whether a place is one of the slots, which all lie in one mapping.</summary>
    /// <param name="place">The place.</param>
    /// <param name="start">Beginning of the mapping.</param>
    /// <param name="length">Its length in bytes.</param>
    internal static bool IsSlot(nint place, out nint start, out nuint length)
    {
        (start, length) = (0, 0);
        if (!s_shared.IsValueCreated || Shared._bands.Length == 0 || Shared.BandOf(place) is null)
        {
            return false;
        }

        start = Shared._bands[0].Start;
        length = (nuint)(Shared._bands[^1].End - start);
        return true;
    }

    /// <summary>Gives the pages of free slots back to the system.</summary>
    internal static void Trim()
    {
        foreach (var band in s_shared.IsValueCreated ? Shared._bands : [])
        {
            while (band.TakeWarm() is not 0 and var slot)
            {
                Discard(slot, (nuint)band.SlotBytes);
                band.Give(slot, isWarm: false);
            }
        }
    }

    private static void Discard(nint place, nuint capacity)
    {
        if (madvise(place, capacity, DontNeed) != 0)
        {
            NativeMemory.Clear((void*)place, capacity); // pages that the process has locked
        }
    }

    private static nuint WholePages(nuint bytes)
    {
        nuint page = (nuint)Environment.SystemPageSize;
        return Math.Max(page, (bytes + page - 1) & ~(page - 1));
    }

    private Band? BandOf(nint place) => Array.Find(_bands, band => band.Has(place));

    /// <summary>The slots of one size.</summary>
    private sealed class Band(nint start, int slotBytes)
    {
        private readonly Lock _lock = new();
        private readonly Stack<int> _warm = new();
        private readonly Stack<int> _free = new();
        private int _fresh;

        internal int SlotBytes => slotBytes;

        internal nint Start => start;

        internal nint End => At(SlotsOfEachSize);

        // Read without the lock: a few more do no harm.
        internal bool WantsWarm => _warm.Count < WarmSlots;

        internal bool Has(nint place) => place >= start && place < End;

        internal nint Take()
        {
            lock (_lock)
            {
                if (!_warm.TryPop(out int slot) && !_free.TryPop(out slot))
                {
                    if (_fresh == SlotsOfEachSize)
                    {
                        return 0;
                    }

                    slot = _fresh++;
                }

                return At(slot);
            }
        }

        internal nint TakeWarm()
        {
            lock (_lock)
            {
                return _warm.TryPop(out int slot) ? At(slot) : 0;
            }
        }

        internal void Give(nint place, bool isWarm)
        {
            lock (_lock)
            {
                (isWarm ? _warm : _free).Push((int)((place - start) / slotBytes));
            }
        }

        private nint At(int slot) => start + ((nint)slotBytes * slot);
    }
}
