using System.Linq.Expressions;
using System.Runtime.CompilerServices;

namespace WasmActors.Runtime.Values;

/// <summary>Reads and makes tuples of any length. A C# tuple of more than seven items nests the rest in its eighth field.</summary>
internal static class TupleShape
{
    private const int ItemsBeforeRest = 7;

    internal static bool IsTuple(Type type) =>
        type is { IsGenericType: true, IsValueType: true } && typeof(ITuple).IsAssignableFrom(type);

    /// <summary>Returns the types of all items in order.</summary>
    internal static Type[] Items(Type tuple)
    {
        Type[] fields = tuple.GetGenericArguments();
        return fields.Length <= ItemsBeforeRest ? fields : [.. fields[..ItemsBeforeRest], .. Items(fields[ItemsBeforeRest])];
    }

    /// <summary>Returns the expression that reads one item.</summary>
    internal static Expression Item(Expression tuple, int index) => index < ItemsBeforeRest
        ? Expression.Field(tuple, $"Item{index + 1}")
        : Item(Expression.Field(tuple, "Rest"), index - ItemsBeforeRest);

    /// <summary>Returns the expression that makes a tuple of <paramref name="items"/>, one for each of its item types.</summary>
    internal static Expression New(Type tuple, ReadOnlySpan<Expression> items)
    {
        Type[] fields = tuple.GetGenericArguments();
        Expression[] arguments = fields.Length <= ItemsBeforeRest
            ? items.ToArray()
            : [.. items[..ItemsBeforeRest], New(fields[ItemsBeforeRest], items[ItemsBeforeRest..])];
        return Expression.New(tuple.GetConstructor(fields)!, arguments);
    }
}
