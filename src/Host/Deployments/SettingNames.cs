using WasmActors.Functions.Api;
using WasmActors.Functions.Registry;

namespace WasmActors.Host.Deployments;

/// <summary>What a deployment can choose, by the names in JSON.</summary>
internal static class SettingNames
{
    public static NameTable<FunctionKind> Kinds { get; } = new("kind", ("stateless", FunctionKind.Stateless), ("keyed", FunctionKind.Keyed));

    public static NameTable<CallingConvention> Conventions { get; } = new("convention", [.. CallingConventions.All]);

    public static NameTable<StoreReuse> Reuses { get; } = new("reuse", ("never", StoreReuse.Never), ("untilIdle", StoreReuse.UntilIdle));

    public static NameTable<FunctionState> States { get; } = new("state", ("memory", FunctionState.Memory), ("durable", FunctionState.Durable));

    public static NameTable<RollOut> RollOuts { get; } = new("rollOut", ("whenIdle", RollOut.WhenIdle), ("atOnce", RollOut.AtOnce));
}
