using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Modules.Precheck;

/// <summary>An import or export of a <see cref="ModuleOutline"/>.</summary>
/// <param name="Module">First name of an import; empty for an export.</param>
/// <param name="Name">Its name.</param>
/// <param name="Kind">Its kind.</param>
internal readonly record struct OutlineItem(string Module, string Name, ExternKind Kind);
