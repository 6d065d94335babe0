namespace WasmActors.Runtime.Imports;

/// <summary>What becomes of imports that nobody defined.</summary>
public enum UnknownImports
{
    /// <summary>The instantiation fails with <c>link.missing_import</c>; the default.</summary>
    Fail,

    /// <summary>Functions trap when they are called; anything else still fails.</summary>
    Trap,

    /// <summary>Functions answer zeros and nulls; memories, tables and globals are made with their smallest size and default
    /// value. A guest may then loop for ever: keep a deadline.</summary>
    Default,
}
