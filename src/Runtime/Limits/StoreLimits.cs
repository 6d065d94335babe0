using System.Globalization;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Modules;

namespace WasmActors.Runtime.Limits;

/// <summary>What one store may use. Null always means: no limit but the engine's own. The defaults are those of
/// <see cref="StoreProfile.Standard"/>.</summary>
public sealed record StoreLimits
{
    private const int PageBytes = 65_536;

    /// <summary>
    /// Most bytes of all linear memories and of the guest's heap together. Default 256 MiB. A guest's growth beyond it answers -1; what
    /// cannot begin within it is <c>store.limit_exceeded</c>. 0 for guests without memory.
    /// </summary>
    /// <remarks>
    /// One memory may have all of it. Of several each may grow as far as the others, with what they have or may come to, leave it; the
    /// guest's heap may have half. A memory that its module neither exports nor bounds counts as what it may have grown to.
    /// </remarks>
    public long? MemoryBytes { get; init; } = 256 << 20;

    /// <summary>Most bytes of each linear memory and of the guest's heap. Default null: as much as <see cref="MemoryBytes"/> leaves. It lets many
    /// memories that cannot be looked at share a store: each counts as no more than this.</summary>
    public long? LargestMemoryBytes { get; init; }

    /// <summary>Most elements of all tables together, which take 8 bytes each. Default 100,000. The rules are those of <see cref="MemoryBytes"/>.</summary>
    public int? TableElements { get; init; } = 100_000;

    /// <summary>Most elements of each table. Default null: as many as <see cref="TableElements"/> leaves.</summary>
    public int? LargestTableElements { get; init; }

    /// <summary>Most instances. Default 16. An instance's resources are freed with the store, not before.</summary>
    public int? Instances { get; init; } = 16;

    /// <summary>Most linear memories. Default 16; the guest's heap is none of them. Each takes 4 GiB of addresses, see <see cref="EngineSettings.ReserveMemory"/>.</summary>
    public int? Memories { get; init; } = 16;

    /// <summary>Most tables. Default 32.</summary>
    public int? Tables { get; init; } = 32;

    /// <summary>Most calls that may nest: a guest calls a host function, which calls a guest, and so on. 1 to 10,000, default 1,000; one more is
    /// <c>call.too_deep</c>. The stack bounds them as well, see <see cref="EngineSettings.MaxWasmStackBytes"/>.</summary>
    public int CallDepth { get; init; } = 1_000;

    /// <summary>Fuel at the start; needs <see cref="EngineSettings.Fuel"/>. Default null: as much as the guest wants.</summary>
    public ulong? Fuel { get; init; }

    /// <summary>Longest time of one call or instantiation. Default 30 s; <see cref="Timeout.InfiniteTimeSpan"/> for none.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The figures of a profile.</summary>
    public static StoreLimits For(StoreProfile profile) => profile switch
    {
        StoreProfile.Trusted => new StoreLimits
        {
            MemoryBytes = 4L << 30,
            TableElements = 10_000_000,
            Instances = 1000,
            Memories = 1000,
            Tables = 1000,
            Deadline = TimeSpan.FromMinutes(5),
        },
        StoreProfile.Strict => new StoreLimits
        {
            MemoryBytes = 64 << 20,
            TableElements = 10_000,
            Instances = 1,
            Memories = 1,
            Tables = 4,
            Deadline = TimeSpan.FromSeconds(5),
        },
        _ => new StoreLimits(),
    };

    internal void Check(EngineSettings engine)
    {
        const string NoLimit = ", or null for no limit";
        Require(MemoryBytes is null or >= 0, nameof(MemoryBytes), MemoryBytes, "0 bytes or more" + NoLimit);
        Require(
            MemoryBytes is null or 0 or >= PageBytes || engine.CustomPageSizes,
            nameof(MemoryBytes),
            MemoryBytes,
            "0, or 65,536 bytes and more: a memory has whole pages of that size");
        Require(
            LargestMemoryBytes is null || (LargestMemoryBytes >= 0 && LargestMemoryBytes <= MemoryBytes),
            nameof(LargestMemoryBytes),
            LargestMemoryBytes,
            "0 to StoreLimits.MemoryBytes, or null: what one may have is part of what all may have");
        Require(
            LargestTableElements is null || (LargestTableElements >= 0 && LargestTableElements <= TableElements),
            nameof(LargestTableElements),
            LargestTableElements,
            "0 to StoreLimits.TableElements, or null: what one may have is part of what all may have");
        Require(TableElements is null or >= 0, nameof(TableElements), TableElements, "0 or more" + NoLimit);
        Require(Instances is null or >= 1, nameof(Instances), Instances, "1 or more" + NoLimit);
        Require(Memories is null or >= 0, nameof(Memories), Memories, "0 or more" + NoLimit);
        Require(Tables is null or >= 0, nameof(Tables), Tables, "0 or more" + NoLimit);
        Require(CallDepth is >= 1 and <= 10_000, nameof(CallDepth), CallDepth, "1 to 10,000");
        Require(Deadline > TimeSpan.Zero || Deadline == Timeout.InfiniteTimeSpan, nameof(Deadline), Deadline, "more than zero, or Timeout.InfiniteTimeSpan for none");
        if (Fuel is not null && !engine.Fuel)
        {
            throw new WasmError(ErrorCode.BadSettings, "StoreLimits.Fuel is set, but the engine does not count fuel: set EngineSettings.Fuel.");
        }
    }

    /// <summary>Refuses what the strict profile cannot hold to.</summary>
    internal void CheckStrict()
    {
        RequireBound(MemoryBytes, nameof(MemoryBytes));
        RequireBound(TableElements, nameof(TableElements));
        RequireBound(Instances, nameof(Instances));
        RequireBound(Memories, nameof(Memories));
        RequireBound(Tables, nameof(Tables));
        Require(Deadline != Timeout.InfiniteTimeSpan, nameof(Deadline), "infinite", "any finite time in the strict profile: nothing else ends a guest that does not end");
    }

    private static void RequireBound(long? value, string name) =>
        Require(value is not null, name, "null", "any number in the strict profile: without a limit one guest can take the whole process");

    // Generic: nothing is boxed for what holds, for each store that is made.
    private static void Require<T>(bool holds, string name, T value, string allowed)
    {
        if (!holds)
        {
            throw new WasmError(ErrorCode.BadSettings, string.Create(CultureInfo.InvariantCulture, $"StoreLimits.{name} is {value}; allowed is {allowed}."));
        }
    }
}
