namespace WasmActors.Conformance.Running;

/// <summary>A form of a script cannot be run, for a reason that is known.</summary>
internal sealed class FormSkipped(string reason) : Exception(reason);
