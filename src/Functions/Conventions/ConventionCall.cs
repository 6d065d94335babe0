using System.Runtime.InteropServices;
using WasmActors.Actors.Handles;
using WasmActors.Functions.Api;
using WasmActors.Functions.Calls;
using WasmActors.Functions.Content;
using WasmActors.Runtime.Wasi;

namespace WasmActors.Functions.Conventions;

/// <summary>One call, for the convention that executes it.</summary>
/// <param name="Spec">The function.</param>
/// <param name="Instance">The instance in the call's store.</param>
/// <param name="Export">The name of the export. It may not exist.</param>
/// <param name="Input">The input, in the convention's shape.</param>
/// <param name="Time">The call's time.</param>
/// <param name="Options">Options for commands to the store; without a time.</param>
/// <param name="Progress">Is told when the function itself begins and has returned.</param>
/// <param name="Output">The guest's standard streams, if the store was made for this call.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ConventionCall(
    FunctionSpec Spec,
    InstanceRef Instance,
    string Export,
    FunctionInput Input,
    CallTime Time,
    CallOptions Options,
    CallProgress Progress,
    (WasiCapture? Stdout, WasiCapture? Stderr) Output)
{
    /// <summary>The options with the remaining time.</summary>
    /// <exception cref="Runtime.Failures.WasmError"><c>call.deadline_exceeded</c>: no time remains.</exception>
    internal CallOptions Timed() => Options with { Within = Time.Take("it waited for its store") };
}
