using System.Runtime.CompilerServices;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Imports;

/// <summary>Takes apart what a host function's delegate returned.</summary>
internal static class HostResult
{
    /// <summary>The values one by one of what a delegate returned that is declared to return nothing, a list or a tuple.</summary>
    internal static object?[] Spread(object? returned) => returned switch
    {
        null => [],
        Val[] list => [.. list],
        object?[] list => list,
        Results list => [.. list],
        IEnumerable<Val> list => [.. list],
        ITuple tuple => [.. Enumerable.Range(0, tuple.Length).Select(i => tuple[i])],
        _ => [returned],
    };

    /// <summary>
    /// The value, if it is exactly of the type: unlike an argument, a result is not converted between kinds of numbers,
    /// because a delegate that returns another kind is a mistake that rounding would hide.
    /// </summary>
    internal static Val? Convert(object? value, ValType type)
    {
        if (value is not Val && type.IsNumeric && (value is null || HostSignature.KindOf(value.GetType()) != type.Kind))
        {
            return null;
        }

        return ValConversion.TryConvert(value, type, out _);
    }
}
