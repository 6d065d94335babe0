using System.Runtime.InteropServices;
using static WasmActors.Runtime.Interop.Machine.Mappings;

namespace WasmActors.Runtime.Interop.Machine;

/// <summary>
/// The process's stacks for guests that can be paused: slots of one region of addresses that lies below every thread's stack.
/// </summary>
/// <remarks>
/// The runtime orders the frames of a thread by their addresses and takes inner frames to lie lower. Managed code that runs on a
/// stack above the thread's own would make a garbage collection miss references; below it, all is as on any deep stack. Linux
/// never puts a thread's stack at such low addresses by itself. For the same reason a guest that is called while another guest of
/// its store is paused or runs a host function gets a stack below that one's: the region is divided into bands by depth.
/// </remarks>
internal sealed unsafe class StackRegion
{
    /// <summary>One stack with its guard, in bytes.</summary>
    internal const int SlotBytes = 2 << 20;

    /// <summary>What a guest and the host functions it calls can use of a slot, in bytes.</summary>
    internal const int UsableBytes = SlotBytes - GuardBytes;

    /// <summary>How many stacks of one store may lie below each other: each depth has its own band.</summary>
    internal const int Depths = 200;

    /// <summary>Most stacks of a process for guests that do not nest.</summary>
    internal const int MaxOuterSlots = 98_304;

    private const int GuardBytes = 64 << 10;

    // So many unused stacks keep their pages.
    private const int WarmSlots = 64;

    private const long Base = 0x10_0000_0000;
    private const int ReadWrite = 0x1 | 0x2;

    // MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE
    private const int Flags = 0x02 | 0x20 | 0x4000 | 0x100000;

    private const int DontNeed = 4;
    private const int NoHugePage = 15;
    private const int GuardInstall = 102; // Linux 6.13; a guard that needs no mapping of its own

    private static readonly Lazy<StackRegion> s_shared = new(static () => new StackRegion());

    // From the highest addresses down: guests that do not nest, guests that nest in those, and so on.
    private static readonly int[] s_bandSlots = [MaxOuterSlots, 16_384, 8_192, 4_096, .. Enumerable.Repeat(128, 28), .. Enumerable.Repeat(51, Depths - 32)];

    private const int TotalSlots = 139_264;

    private readonly Lock _lock = new();
    private readonly Band[] _bands;
    private bool _guardsNeedMappings;

    private StackRegion()
    {
        Unavailable = Reserve();
        _bands = new Band[s_bandSlots.Length];
        int end = TotalSlots;
        for (int i = 0; i < _bands.Length; i++)
        {
            _bands[i] = new Band(end - s_bandSlots[i], end);
            end -= s_bandSlots[i];
        }
    }

    /// <summary>The process's only region.</summary>
    internal static StackRegion Shared => s_shared.Value;

    /// <summary>Why there is no region; null when there is one.</summary>
    internal string? Unavailable { get; }

    /// <summary>Bytes between the current frame and the end of this stack, if it is one of the region's.</summary>
    internal static bool TryGetRemaining(out long bytes)
    {
        byte here;
        long offset = (long)&here - Base;
        bool inside = (ulong)offset < (ulong)TotalSlots * SlotBytes;
        bytes = inside ? (offset & (SlotBytes - 1)) - GuardBytes : 0;
        return inside;
    }

    /// <summary>Whether the current frame is on one of the region's stacks.</summary>
    internal static bool IsHere => TryGetRemaining(out _);

    /// <summary>Takes a slot; answers the address of its upper end, or 0 when the system has no room for another.</summary>
    /// <param name="depth">In how many guests of the same store the one that will run on it nests.</param>
    internal nint Take(int depth)
    {
        int slot;
        lock (_lock)
        {
            var band = _bands[Math.Min(depth, _bands.Length - 1)];
            if (!band.Free.TryPop(out slot))
            {
                slot = band.Fresh - 1;
                if (slot < band.Start || !Guard((nint)(Base + ((long)slot * SlotBytes))))
                {
                    return 0;
                }

                band.Fresh = slot;
            }
        }

        return (nint)(Base + ((long)(slot + 1) * SlotBytes));
    }

    /// <summary>Gives a slot back by the address of its upper end; its pages go back to the system unless few are unused.</summary>
    internal void Give(nint top)
    {
        int slot = (int)((top - Base) / SlotBytes) - 1;
        lock (_lock)
        {
            var band = Array.Find(_bands, b => slot >= b.Start)!;
            if (band.Free.Count >= WarmSlots)
            {
                Trim(top);
            }

            band.Free.Push(slot);
        }
    }

    /// <summary>Gives the pages of a stack that no guest is on back to the system; it stays usable.</summary>
    internal static void Trim(nint top) => _ = madvise(top - UsableBytes, UsableBytes, DontNeed);

    private static string? Reserve()
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64)
        {
            return $"guests that can be paused were proved on Linux x64 only, not on {RuntimeInformation.OSDescription} {RuntimeInformation.ProcessArchitecture}";
        }

        nint region = unchecked((nint)Base);
        nuint size = unchecked((nuint)((long)TotalSlots * SlotBytes));
        if (mmap(region, size, ReadWrite, Flags, -1, 0) != region)
        {
            return $"the system did not give the addresses from 0x{Base:x} on";
        }

        byte here;
        if ((long)&here < Base + (long)size)
        {
            _ = munmap(region, size);
            return "this thread's stack lies below the region for stacks";
        }

        // A single touched byte must not bring in 2 MiB.
        _ = madvise(region, size, NoHugePage);
        return null;
    }

    private bool Guard(nint bottom)
    {
        if (!_guardsNeedMappings)
        {
            if (madvise(bottom, GuardBytes, GuardInstall) == 0)
            {
                return true;
            }

            _guardsNeedMappings = true;
        }

        return mprotect(bottom, GuardBytes, 0) == 0;
    }

    /// <summary>The slots of one depth.</summary>
    private sealed class Band(int start, int end)
    {
        internal readonly int Start = start;
        internal readonly Stack<int> Free = new();
        internal int Fresh = end;
    }
}
