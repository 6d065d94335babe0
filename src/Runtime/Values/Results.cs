using System.Collections;
using WasmActors.Runtime.Failures;

namespace WasmActors.Runtime.Values;

/// <summary>The results of a call, in order: none, one or several.</summary>
public readonly struct Results : IReadOnlyList<Val>
{
    // One result, the usual case, needs no array.
    private readonly Val[]? _values;
    private readonly Val _single;

    internal Results(Val[] values)
    {
        _values = values;
        Count = values.Length;
    }

    internal Results(Val single)
    {
        _single = single;
        Count = 1;
    }

    /// <summary>How many results there are.</summary>
    public int Count { get; }

    /// <summary>The only result.</summary>
    /// <exception cref="WasmError">There is none, or there are several.</exception>
    public Val Value => Count == 1
        ? this[0]
        : throw new WasmError(ErrorCode.WrongType, $"The call has {Count} results, not one: read them by index.");

    /// <summary>One result by its position.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such result.</exception>
    public Val this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
            return _values is null ? _single : _values[index];
        }
    }

    /// <summary>The values as an array of their own.</summary>
    public Val[] ToArray() => _values is { } values ? [.. values] : Count == 1 ? [_single] : [];

    /// <inheritdoc/>
    public IEnumerator<Val> GetEnumerator() => ((IEnumerable<Val>)ToArray()).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Returns one result as its value, <c>8</c>, and none or several as a list, <c>[]</c> or <c>[3, 2]</c>.</summary>
    public override string ToString() => Count == 1
        ? ValText.Format(this[0])
        : $"[{string.Join(", ", ToArray().Select(static v => ValText.Format(v)))}]";
}
