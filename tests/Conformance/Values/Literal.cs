using WasmActors.Runtime.Values;

namespace WasmActors.Conformance.Values;

/// <summary>A value that a script writes down as an argument.</summary>
/// <param name="Text">As the script has it.</param>
internal abstract record Literal(string Text)
{
    public sealed override string ToString() => Text;

    /// <summary>A number or a vector.</summary>
    internal sealed record Number(string Text, Val Value) : Literal(Text);

    /// <summary>A null reference; of a type that a module defines where the kind is null.</summary>
    internal sealed record Null(string Text, ValKind? Kind) : Literal(Text);

    /// <summary>An object of the host: as an external reference, or as one of the guest's heap.</summary>
    internal sealed record Host(string Text, HostObject Object, bool IsInternal) : Literal(Text);
}
