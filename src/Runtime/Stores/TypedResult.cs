using System.Linq.Expressions;
using System.Reflection;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Interop.Abi;
using WasmActors.Runtime.Interop.Marshalling;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Stores;

/// <summary>Turns the values of a typed call that has references into its C# result.</summary>
internal static class TypedResult<TResult>
{
    private static readonly Func<Val[], TResult> s_read = Compile();

    /// <exception cref="WasmError"><c>value.wrong_type</c>: a reference is to an object of another class.</exception>
    internal static TResult Read(Val[] values) => s_read(values);

    private static Func<Val[], TResult> Compile()
    {
        if (typeof(TResult) == typeof(Nothing))
        {
            return static _ => default!;
        }

        var values = Expression.Parameter(typeof(Val[]), "values");
        Expression body = TupleShape.IsTuple(typeof(TResult))
            ? TupleShape.New(typeof(TResult), [.. TupleShape.Items(typeof(TResult)).Select((type, i) => Item(values, i, type))])
            : Item(values, 0, typeof(TResult));
        return Expression.Lambda<Func<Val[], TResult>>(body, values).Compile();
    }

    private static MethodCallExpression Item(Expression values, int index, Type type) => Expression.Call(
        typeof(TypedResult<TResult>).GetMethod(nameof(Unpack), BindingFlags.Static | BindingFlags.NonPublic)!.MakeGenericMethod(type),
        Expression.ArrayIndex(values, Expression.Constant(index)));

    private static T? Unpack<T>(Val value) =>
        typeof(T) == typeof(Val) ? (T)(object)value
        : Slot<T>.IsNumeric ? RawSlots.Unpack<T>(value)
        : value.ReferenceObject switch
        {
            T reference => reference,
            null => default,
            var other => throw new WasmError(
                ErrorCode.WrongType,
                $"The function returned a reference to a {other.GetType().Name}, where the typed call expects a {typeof(T).Name}."),
        };
}
