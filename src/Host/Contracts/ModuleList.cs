namespace WasmActors.Host.Contracts;

/// <summary>Stored modules, in the order of their digests.</summary>
/// <param name="Modules">The modules.</param>
/// <param name="Next">What to give as after for the modules that follow; absent after the last ones.</param>
internal sealed record ModuleList(IReadOnlyList<ModuleModel> Modules, string? Next = null);
