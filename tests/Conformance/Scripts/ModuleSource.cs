using System.Collections.Immutable;

namespace WasmActors.Conformance.Scripts;

/// <summary>A module as a script writes it down.</summary>
/// <param name="Form">How.</param>
/// <param name="Id">The name that it gets, with its dollar sign, or null.</param>
/// <param name="IsDefinition">Whether it is not to be instantiated by itself.</param>
/// <param name="Bytes">Text or binary.</param>
/// <param name="Line">Where it stands.</param>
internal sealed record ModuleSource(ModuleForm Form, string? Id, bool IsDefinition, ImmutableArray<byte> Bytes, int Line);
