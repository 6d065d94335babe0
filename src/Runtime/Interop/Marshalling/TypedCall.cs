using System.Linq.Expressions;
using System.Reflection;
using WasmActors.Runtime.Interop.Abi;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Interop.Marshalling;

/// <summary>Reads a typed call's result, a number, a tuple of numbers or nothing, from the call's slots.</summary>
internal static class TypedCall<TResult>
{
    private static readonly int s_results = typeof(TResult) == typeof(Nothing) ? 0
        : TupleShape.IsTuple(typeof(TResult)) ? TupleShape.Items(typeof(TResult)).Length
        : 1;

    private static readonly TupleReader<TResult>? s_tuple = TupleShape.IsTuple(typeof(TResult))
        ? TupleReaders.Create<TResult>()
        : null;

    /// <summary>How many slots a call with so many parameters needs; never 0, so that there is a first slot.</summary>
    internal static int SlotsFor(int parameters) => Math.Max(1, Math.Max(parameters, s_results));

    internal static TResult Read(ref RawVal first)
    {
        if (Slot<TResult>.IsNumeric)
        {
            return Slot<TResult>.Read(in first);
        }

        return s_tuple is { } read ? read(ref first) : default!;
    }
}

/// <summary>Reads a tuple out of consecutive slots.</summary>
internal delegate T TupleReader<T>(ref RawVal first);

/// <summary>Compiles one reader for each type of tuple.</summary>
internal static class TupleReaders
{
    internal static TupleReader<T> Create<T>()
    {
        var first = Expression.Parameter(typeof(RawVal).MakeByRefType(), "first");
        Expression[] items = [.. TupleShape.Items(typeof(T)).Select((type, i) => Expression.Call(
            typeof(RawSlots).GetMethod("Read", BindingFlags.Static | BindingFlags.NonPublic)!.MakeGenericMethod(type),
            first,
            Expression.Constant(i)))];
        return Expression.Lambda<TupleReader<T>>(TupleShape.New(typeof(T), items), first).Compile();
    }
}
