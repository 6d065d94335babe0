namespace WasmActors.Conformance.Running;

/// <summary>Tells by the words of a message why a module was refused: Wasmtime has no codes for that.</summary>
internal static class Refusal
{
    /// <summary>Whether the module uses a feature that is switched off or that Wasmtime does not have: then it is not known to be
    /// invalid at all.</summary>
    public static bool IsForAFeature(string message) =>
        message.Contains("must be enabled", StringComparison.Ordinal)
        || message.Contains("not enabled", StringComparison.Ordinal)
        || message.Contains("feature required", StringComparison.Ordinal)
        || message.Contains("is disabled", StringComparison.Ordinal)
        || message.Contains("no engine setting allows", StringComparison.Ordinal);

    /// <summary>Whether a module that came from text was refused before it was validated: its sections are out of order, because
    /// the text had one twice; or an instruction is none of the language, such as those of the first draft of exceptions.</summary>
    public static bool IsOfDecoder(string message) =>
        message.Contains("section out of order", StringComparison.Ordinal)
        || message.Contains("exceptions of the older proposal", StringComparison.Ordinal);
}
