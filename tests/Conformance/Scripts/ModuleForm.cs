namespace WasmActors.Conformance.Scripts;

/// <summary>How a script writes a module down.</summary>
internal enum ModuleForm
{
    /// <summary>In the text format, as a part of the script.</summary>
    Text,

    /// <summary>In the text format, quoted: it may be malformed.</summary>
    Quote,

    /// <summary>In the binary format, as strings.</summary>
    Binary,
}
