using WasmActors.Functions.Api;
using WasmActors.Host.Formats;
using WasmActors.Runtime.Failures;

namespace WasmActors.Host.Deployments;

/// <summary>The limits of a function as JSON has them; null for the default. See <see cref="FunctionLimits"/> for ranges.</summary>
internal sealed record LimitSettings
{
    /// <summary>Memory of a store in bytes.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>Longest time of a call, such as <c>30s</c>.</summary>
    public string? Deadline { get; init; }

    /// <summary>Fuel of a store.</summary>
    public ulong? Fuel { get; init; }

    /// <summary>How long a store is kept without a call, such as <c>2m</c>.</summary>
    public string? IdleAfter { get; init; }

    /// <summary>Calls that may wait.</summary>
    public int? QueueLimit { get; init; }

    /// <summary>Stores of a stateless function on one node.</summary>
    public int? Stores { get; init; }

    /// <summary>Bytes of one call's input, and of its output.</summary>
    public int? PayloadBytes { get; init; }

    /// <summary>The limits that they say.</summary>
    /// <exception cref="WasmError"><c>function.bad_spec</c>: a duration is none. Ranges are looked at by the deployment.</exception>
    public FunctionLimits ToLimits()
    {
        var usual = new FunctionLimits();
        return usual with
        {
            MemoryBytes = MemoryBytes ?? usual.MemoryBytes,
            Deadline = Duration("limits.deadline", Deadline) ?? usual.Deadline,
            Fuel = Fuel,
            IdleAfter = Duration("limits.idleAfter", IdleAfter) ?? usual.IdleAfter,
            QueueLimit = QueueLimit ?? usual.QueueLimit,
            Stores = Stores,
            PayloadBytes = PayloadBytes ?? usual.PayloadBytes,
        };
    }

    /// <summary>What says these limits, nothing left out but what is not limited.</summary>
    public static LimitSettings Of(FunctionLimits limits) => new()
    {
        MemoryBytes = limits.MemoryBytes,
        Deadline = DurationText.Format(limits.Deadline),
        Fuel = limits.Fuel,
        IdleAfter = DurationText.Format(limits.IdleAfter),
        QueueLimit = limits.QueueLimit,
        Stores = limits.Stores,
        PayloadBytes = limits.PayloadBytes,
    };

    /// <summary>These settings over others: what is null here is taken from there.</summary>
    public LimitSettings Over(LimitSettings other) => new()
    {
        MemoryBytes = MemoryBytes ?? other.MemoryBytes,
        Deadline = Deadline ?? other.Deadline,
        Fuel = Fuel ?? other.Fuel,
        IdleAfter = IdleAfter ?? other.IdleAfter,
        QueueLimit = QueueLimit ?? other.QueueLimit,
        Stores = Stores ?? other.Stores,
        PayloadBytes = PayloadBytes ?? other.PayloadBytes,
    };

    private static TimeSpan? Duration(string member, string? text) =>
        text is null ? null
        : DurationText.TryParse(text, out var value, out string? problem) ? value
        : throw new WasmError(FunctionErrorCode.BadSpec, $"{member}: {GuestText.Clean(problem, GuestText.NameLimit)}.");
}
