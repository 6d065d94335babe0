namespace WasmActors.Runtime.Modules.Compilation;

/// <summary>What a compiler answers.</summary>
internal enum CompilerAnswer : byte
{
    /// <summary>The module's compiled form.</summary>
    Artifact = 1,

    /// <summary>A failure of the module: code, line feed, message, in UTF-8.</summary>
    Failure = 2,
}
