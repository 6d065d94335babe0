using System.Collections.Immutable;
using WasmActors.Functions.Api;
using WasmActors.Runtime.Limits;
using WasmActors.Runtime.Wasi;

namespace WasmActors.Functions.Wire;

/// <summary>Deployed functions on the wire and in the journal.</summary>
internal static class FunctionCodec
{
    /// <summary>Bytes of a specification as it is stored.</summary>
    internal static int SizeOf(FunctionSpec spec) => ToData(spec).CalculateSize();

    /// <summary>Bytes of an entry in a message.</summary>
    internal static int SizeOf(FunctionEntry entry) => ToData(entry).CalculateSize();

    /// <summary>Whether two specifications say the same.</summary>
    internal static bool Same(FunctionSpec one, FunctionSpec other) => ToData(one).Equals(ToData(other));

    internal static SpecData ToData(FunctionSpec spec)
    {
        var data = new SpecData
        {
            Name = spec.Name,
            ModuleDigest = spec.ModuleDigest,
            Kind = (int)spec.Kind,
            Convention = (int)spec.Convention,
            Reuse = (int)spec.Reuse,
            State = (int)spec.State,
            Limits = ToData(spec.Limits),
            Grants = ToData(spec.Grants),
        };
        if (spec.Label is { } label)
        {
            data.Label = label;
        }

        return data;
    }

    internal static FunctionSpec FromData(SpecData data) => new(data.Name)
    {
        ModuleDigest = data.ModuleDigest,
        Label = data.HasLabel ? data.Label : null,
        Kind = (FunctionKind)data.Kind,
        Convention = (CallingConvention)data.Convention,
        Reuse = (StoreReuse)data.Reuse,
        State = (FunctionState)data.State,
        Limits = FromData(Required.Of(data.Limits)),
        Grants = FromData(Required.Of(data.Grants)),
    };

    internal static VersionData ToData(FunctionVersion version) => new()
    {
        Number = version.Number,
        DeployedAtTicks = version.DeployedAt.UtcTicks,
        Spec = ToData(version.Spec),
    };

    internal static FunctionVersion FromData(VersionData data) =>
        new(data.Number, new DateTimeOffset(data.DeployedAtTicks, TimeSpan.Zero), FromData(Required.Of(data.Spec)));

    internal static EntryData ToData(FunctionEntry entry)
    {
        var data = new EntryData
        {
            Name = entry.Name,
            Revision = entry.Revision,
            Active = entry.Active,
            LastNumber = entry.LastNumber,
            ChangeOver = entry.ChangeOver,
        };
        data.Versions.Add(entry.Versions.Select(ToData));
        return data;
    }

    internal static FunctionEntry FromData(EntryData data) =>
        new(data.Name, data.Revision, data.Active, data.LastNumber, data.ChangeOver, [.. data.Versions.Select(FromData)]);

    private static LimitsData ToData(FunctionLimits limits)
    {
        var data = new LimitsData
        {
            MemoryBytes = limits.MemoryBytes,
            DeadlineTicks = limits.Deadline.Ticks,
            IdleTicks = limits.IdleAfter.Ticks,
            QueueLimit = limits.QueueLimit,
            PayloadBytes = limits.PayloadBytes,
        };
        if (limits.Fuel is { } fuel)
        {
            data.Fuel = fuel;
        }

        if (limits.Stores is { } stores)
        {
            data.Stores = stores;
        }

        return data;
    }

    private static FunctionLimits FromData(LimitsData data) => new()
    {
        MemoryBytes = data.MemoryBytes,
        Deadline = TimeSpan.FromTicks(data.DeadlineTicks),
        Fuel = data.HasFuel ? data.Fuel : null,
        IdleAfter = TimeSpan.FromTicks(data.IdleTicks),
        QueueLimit = data.QueueLimit,
        Stores = data.HasStores ? data.Stores : null,
        PayloadBytes = data.PayloadBytes,
    };

    private static GrantsData ToData(FunctionGrants grants)
    {
        var data = new GrantsData { CallerArguments = grants.CallerArguments, Features = (uint)grants.Features };
        data.Environment.Add(grants.Environment.Select(static v => new VariableData { Name = v.Key, Value = v.Value }));
        data.Folders.Add(grants.Folders.Select(static f => new FolderData { HostPath = f.HostPath, GuestPath = f.GuestPath, Writable = !f.ReadOnly }));
        data.Imports.Add(grants.Imports);
        data.CallerEnvironment.Add(grants.CallerEnvironment);
        return data;
    }

    private static FunctionGrants FromData(GrantsData data) => new()
    {
        Environment = data.Environment.ToImmutableSortedDictionary(static v => v.Name, static v => v.Value, StringComparer.Ordinal),
        Folders = [.. data.Folders.Select(static f => new PreopenedFolder(f.HostPath, f.GuestPath, !f.Writable))],
        Imports = data.Imports.ToImmutableSortedSet(StringComparer.Ordinal),
        CallerArguments = data.CallerArguments,
        CallerEnvironment = data.CallerEnvironment.ToImmutableSortedSet(StringComparer.Ordinal),
        Features = (WasmFeatures)data.Features,
    };
}
