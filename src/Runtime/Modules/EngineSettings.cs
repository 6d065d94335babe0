using System.Globalization;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Interop.Machine;
using WasmActors.Runtime.Limits;

namespace WasmActors.Runtime.Modules;

/// <summary>What an engine compiles and how its instances are kept. Compiled modules depend on it.</summary>
/// <remarks>What is on here can be compiled; whether a store takes it is said by <see
/// cref="Stores.StoreOptions.Features"/>.</remarks>
public sealed record EngineSettings
{
    /// <summary>For 100,000 stores and more in one process, each small: their memories take no addresses and no
    /// mappings of their own, so that a store with one instance costs about 10 KB and what its guest has touched. See
    /// <see cref="ReserveMemory"/> for the price.</summary>
    public static EngineSettings ForManyStores { get; } = new() { ReserveMemory = false };

    /// <summary>Where instances' memories come from. Default <see cref="AllocationStrategy.OnDemand"/>.</summary>
    public AllocationStrategy Allocation { get; init; } = AllocationStrategy.OnDemand;

    /// <summary>The pool's size, used with <see cref="AllocationStrategy.Pooling"/>.</summary>
    public PoolingSettings Pooling { get; init; } = new();

    /// <summary>Whether each linear memory gets 4 GiB of addresses from the start, so that it never moves and its
    /// bounds need no checks. Without, a memory takes no mapping, or one of its own size: a process can hold 100,000
    /// stores instead of about 31,000, at the price of a check for each access, and of a copy when a memory grows
    /// beyond its place, which has 64 KiB to 2 MiB. A store also starts faster. Not with a pool, which has its own.
    /// Default true.</summary>
    public bool ReserveMemory { get; init; } = true;

    /// <summary>Whether a memory with reserved addresses begins as a copy-on-write image of its module's data. An
    /// instance with 1 MiB of data then starts in about 20 µs instead of 500. The price: nobody admits what such
    /// memories grow by, so that guests together may exceed the machine. Default false. Elsewhere than on Linux, and
    /// with a pool, images are always used.</summary>
    public bool MemoryImages { get; init; }

    /// <summary>Whether guests use up fuel, a deterministic measure of work; costs about a fifth of their speed.
    /// Default false.</summary>
    public bool Fuel { get; init; }

    /// <summary>How often running guests are looked at for deadlines and cancellation. Default 1 ms, which is the
    /// least.</summary>
    public TimeSpan Tick { get; init; } = TimeSpan.FromMilliseconds(1);

    /// <summary>Stack that a guest and everything it calls may use, in bytes: 64 KiB to 1.5 MiB. Default 896 KiB: 150
    /// nested
    /// <c>pcall</c> of Lua, each a call from the guest through the host to the guest. Threads that call guests need 256
    /// KiB more than this.</summary>
    public int MaxWasmStackBytes { get; init; } = 896 * 1024;

    /// <summary>Whether modules may use garbage-collected structs and arrays and typed function references. Default
    /// true.</summary>
    public bool Gc { get; init; } = true;

    /// <summary>Whether modules may use exceptions; needs <see cref="Gc"/>. Default true.</summary>
    public bool Exceptions { get; init; } = true;

    /// <summary>Whether modules may use tail calls. Default true.</summary>
    public bool TailCalls { get; init; } = true;

    /// <summary>Whether modules may use 64-bit memories. Default true.</summary>
    public bool Memory64 { get; init; } = true;

    /// <summary>Whether modules may have several memories. Default true.</summary>
    public bool MultiMemory { get; init; } = true;

    /// <summary>Whether modules may use relaxed vector instructions. Default true.</summary>
    public bool RelaxedSimd { get; init; } = true;

    /// <summary>Whether modules may use atomic instructions. Memories that threads share are never allowed. Default
    /// true.</summary>
    public bool Threads { get; init; } = true;

    /// <summary>Whether modules may use 128-bit integer arithmetic. Default false: still a proposal.</summary>
    public bool WideArithmetic { get; init; }

    /// <summary>Whether memories may have pages of 1 byte instead of 64 KiB. Default false: still a proposal.</summary>
    public bool CustomPageSizes { get; init; }

    /// <summary>Whether one module is compiled on several threads. Default true.</summary>
    public bool ParallelCompilation { get; init; } = true;

    /// <summary>Most stacks of guests that can be paused; one more is refused with <c>call.no_stack</c>. A store keeps
    /// the stack of its last call. Default 32,768, at most 98,304. Of each stack the pages that were used take
    /// memory.</summary>
    public int MaxStacks { get; init; } = 32_768;

    /// <summary>Whether guests that can be paused run on threads of their own, one each, even where they could share
    /// threads. They do so in any case on other platforms than Linux x64 and with a pool. Default false.</summary>
    public bool PreemptOnThreads { get; init; }

    /// <summary>The clock of deadlines and of WASI programs; default the system's.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>What modules may use beyond what every module may, by the settings above.</summary>
    public WasmFeatures Features =>
        Of(TailCalls, WasmFeatures.TailCalls) | Of(RelaxedSimd, WasmFeatures.RelaxedSimd) | Of(Memory64, WasmFeatures.Memory64)
        | Of(MultiMemory, WasmFeatures.MultiMemory) | Of(Gc, WasmFeatures.Gc) | Of(Exceptions, WasmFeatures.Exceptions) | Of(Threads, WasmFeatures.Threads)
        | Of(WideArithmetic, WasmFeatures.WideArithmetic) | Of(CustomPageSizes, WasmFeatures.CustomPageSizes);

    /// <summary>Text that differs whenever compiled code may differ; part of a cached artifact's name.</summary>
    internal string Fingerprint => string.Create(
        CultureInfo.InvariantCulture,
        $"alloc={Allocation};pool={(Allocation == AllocationStrategy.Pooling ? Pooling.ToString() : "")};fuel={Fuel};stack={MaxWasmStackBytes};gc={Gc};eh={Exceptions};tail={TailCalls};m64={Memory64};mm={MultiMemory};rsimd={RelaxedSimd};threads={Threads};wide={WideArithmetic};pages={CustomPageSizes};reserve={ReserveMemory};images={MemoryImages}");

    /// <summary>Refuses what Wasmtime would end the process for.</summary>
    internal void Check()
    {
        Require(Tick >= TimeSpan.FromMilliseconds(1) && Tick <= TimeSpan.FromSeconds(10), nameof(Tick), Tick, "1 ms to 10 s");
        Require(MaxWasmStackBytes is >= 64 * 1024 and <= 1536 * 1024, nameof(MaxWasmStackBytes), MaxWasmStackBytes, "64 KiB to 1.5 MiB: a guest that can be paused has a stack of 2 MiB, and host functions run on it too");
        Require(MaxStacks is >= 1 and <= StackRegion.MaxOuterSlots, nameof(MaxStacks), MaxStacks, $"1 to {StackRegion.MaxOuterSlots:N0}");
        Require(ReserveMemory || Allocation == AllocationStrategy.OnDemand, nameof(ReserveMemory), ReserveMemory, "true with a pool");
        Require(!MemoryImages || ReserveMemory, nameof(MemoryImages), MemoryImages, "false where ReserveMemory is false");
        Require(Gc || !Exceptions, nameof(Exceptions), Exceptions, "false where Gc is false");
        if (Allocation == AllocationStrategy.Pooling)
        {
            CheckPool(Pooling);
            UInt128 bytes = Pooling.ReservedBytes(Gc);
            Require(AddressSpace.CanReserve(bytes), "Pooling", $"too large ({(long)(bytes >> 30)} GiB of addresses)", "what this process can reserve: fewer instances, memories or tables");
        }
    }

    private static WasmFeatures Of(bool isOn, WasmFeatures feature) => isOn ? feature : WasmFeatures.None;

    private static void CheckPool(PoolingSettings pool)
    {
        Require(pool.MaxInstances is >= 1 and <= 10_000, "Pooling.MaxInstances", pool.MaxInstances, "1 to 10,000");
        Require(pool.MaxMemoryBytes is >= 65536 and <= 1L << 32 && pool.MaxMemoryBytes % 65536 == 0, "Pooling.MaxMemoryBytes", pool.MaxMemoryBytes, "64 KiB to 4 GiB in steps of 64 KiB");
        Require(pool.MaxTableElements is >= 0 and <= 10_000_000, "Pooling.MaxTableElements", pool.MaxTableElements, "0 to 10,000,000");
        Require(pool.MaxMemoriesPerModule is >= 0 and <= 16, "Pooling.MaxMemoriesPerModule", pool.MaxMemoriesPerModule, "0 to 16");
        Require(pool.MaxTablesPerModule is >= 0 and <= 64, "Pooling.MaxTablesPerModule", pool.MaxTablesPerModule, "0 to 64");
        Require(pool.KeepResidentBytes is >= 0 and <= 16 << 20, "Pooling.KeepResidentBytes", pool.KeepResidentBytes, "0 to 16 MiB");
    }

    private static void Require(bool holds, string name, object value, string allowed)
    {
        if (!holds)
        {
            throw new WasmError(ErrorCode.BadSettings, $"{name} is {value}; allowed is {allowed}.");
        }
    }
}
