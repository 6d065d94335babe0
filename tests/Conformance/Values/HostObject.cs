namespace WasmActors.Conformance.Values;

/// <summary>What <c>ref.extern</c> and <c>ref.host</c> stand for: objects that are the same when their numbers are.</summary>
internal sealed record HostObject(uint Number);
