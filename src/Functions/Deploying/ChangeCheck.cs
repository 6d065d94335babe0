using WasmActors.Functions.Api;
using WasmActors.Runtime.Failures;

namespace WasmActors.Functions.Deploying;

/// <summary>Rejects a change of a function's kind or convention that is not confirmed: it loses what keys hold, and breaks every caller.</summary>
internal static class ChangeCheck
{
    /// <exception cref="WasmError"><c>function.change_not_confirmed</c></exception>
    internal static void Require(FunctionSpec? before, FunctionSpec after, DeployOptions options)
    {
        if (before is null)
        {
            return;
        }

        if (before.Kind != after.Kind && !options.ChangeKind)
        {
            string lost = before.Kind == FunctionKind.Keyed ? " What its keys hold would be lost." : "";
            throw NotConfirmed(after.Name, $"{before.Kind}", $"{after.Kind}", lost, "kind", "changeKind", "--change-kind", nameof(options.ChangeKind));
        }

        if (before.State == FunctionState.Durable && after.State != FunctionState.Durable && after.Kind == before.Kind && !options.ChangeKind)
        {
            throw NotConfirmed(after.Name, "durable", "one with its state in memory", " What its keys hold would be lost.", "state", "changeKind", "--change-kind", nameof(options.ChangeKind));
        }

        if (before.Convention != after.Convention && !options.ChangeConvention)
        {
            throw NotConfirmed(
                after.Name,
                $"of the convention {before.Convention}",
                $"{after.Convention}",
                " Its callers would send what it does not take.",
                "convention",
                "changeConvention",
                "--change-convention",
                nameof(options.ChangeConvention));
        }
    }

    private static WasmError NotConfirmed(string name, string before, string after, string effect, string setting, string json, string option, string property) => new(
        FunctionErrorCode.ChangeNotConfirmed,
        $"'{name}' is {before}, and the deployment would make it {after}.{effect} Leave the {setting} out to keep it, or confirm the change: \"{json}\": true in JSON, "
        + $"{option}, DeployOptions.{property}.");
}
