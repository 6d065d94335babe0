using System.Collections.Immutable;
using WasmActors.Runtime.Values;

namespace WasmActors.Conformance.Values;

/// <summary>What a script expects of a result.</summary>
/// <param name="Text">As the script has it.</param>
internal abstract record Pattern(string Text)
{
    public sealed override string ToString() => Text;

    /// <summary>A number: its bits, or a kind of NaN.</summary>
    internal sealed record Number(string Text, NumberPattern Value) : Pattern(Text);

    /// <summary>A vector, lane by lane, lane 0 first.</summary>
    internal sealed record Vector(string Text, ImmutableArray<NumberPattern> Lanes) : Pattern(Text);

    /// <summary>A null reference, of any kind or of one.</summary>
    internal sealed record Null(string Text, ValKind? Kind) : Pattern(Text);

    /// <summary>A reference that is not null.</summary>
    internal sealed record Reference(string Text, ReferenceKind Kind) : Pattern(Text);

    /// <summary>An object of the host: as an external reference, or as one of the guest's heap.</summary>
    internal sealed record Host(string Text, HostObject Object, bool IsInternal) : Pattern(Text);

    /// <summary>One of several.</summary>
    internal sealed record Either(string Text, ImmutableArray<Pattern> Alternatives) : Pattern(Text);
}
