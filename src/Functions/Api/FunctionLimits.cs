using System.Globalization;
using WasmActors.Runtime.Failures;

namespace WasmActors.Functions.Api;

/// <summary>What a function may use.</summary>
public sealed record FunctionLimits
{
    /// <summary>Largest size of a store's linear memory, in bytes; 64 KiB to 4 GiB. Default 64 MiB.</summary>
    public long MemoryBytes { get; init; } = 64 << 20;

    /// <summary>Longest time of a call from when a node takes it until its answer; 1 ms to 1 h. Default 30 s. A caller
    /// can ask for less.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Fuel of a store; needs an engine that counts it. Default null: as much as the guest wants.</summary>
    public ulong? Fuel { get; init; }

    /// <summary>How long a store is kept without a call; 10 ms to 1 day. Default 2 minutes.</summary>
    public TimeSpan IdleAfter { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Calls that may wait for one key, or for a node's pool; 0 to 10,000. Default 100. The next is answered
    /// <c>call.busy</c>.</summary>
    public int QueueLimit { get; init; } = 100;

    /// <summary>Stores of a stateless function on one node; 1 to 10,000. Default null: the number of processors, at
    /// least 2.</summary>
    public int? Stores { get; init; }

    /// <summary>Bytes of one call's input, and of its output; 0 to 64 MiB. Default 1 MiB.</summary>
    public int PayloadBytes { get; init; } = 1 << 20;

    /// <summary>Stores of a stateless function on this node.</summary>
    internal int StoresHere => Stores ?? Math.Max(2, Environment.ProcessorCount);

    /// <exception cref="WasmError"><c>function.bad_spec</c></exception>
    internal void Check()
    {
        Require(MemoryBytes is >= 65_536 and <= 4L << 30, nameof(MemoryBytes), MemoryBytes, "65,536 to 4,294,967,296");
        Require(Deadline >= TimeSpan.FromMilliseconds(1) && Deadline <= TimeSpan.FromHours(1), nameof(Deadline), Deadline, "1 ms to 1 h");
        Require(Fuel is null or > 0, nameof(Fuel), Fuel, "1 and more, or none");
        Require(IdleAfter >= TimeSpan.FromMilliseconds(10) && IdleAfter <= TimeSpan.FromDays(1), nameof(IdleAfter), IdleAfter, "10 ms to 1 day");
        Require(QueueLimit is >= 0 and <= 10_000, nameof(QueueLimit), QueueLimit, "0 to 10,000");
        Require(Stores is null or (>= 1 and <= 10_000), nameof(Stores), Stores, "1 to 10,000, or none for the number of processors");
        Require(PayloadBytes is >= 0 and <= 64 << 20, nameof(PayloadBytes), PayloadBytes, "0 to 67,108,864");
    }

    private static void Require(bool holds, string name, object? value, string allowed)
    {
        if (!holds)
        {
            throw new WasmError(FunctionErrorCode.BadSpec, string.Create(CultureInfo.InvariantCulture, $"FunctionLimits.{name} is {value}; allowed is {allowed}."));
        }
    }
}
