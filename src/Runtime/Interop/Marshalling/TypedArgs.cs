using System.Linq.Expressions;
using System.Reflection;
using System.Runtime.CompilerServices;
using WasmActors.Runtime.Interop.Abi;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Interop.Marshalling;

/// <summary>Writes a typed call's arguments, a number, a tuple of numbers or nothing, into the call's slots.</summary>
internal static class TypedArgs<TArgs>
{
    private static readonly ArgsWriter<TArgs>? s_tuple = TupleShape.IsTuple(typeof(TArgs)) ? ArgsWriter<TArgs>.ForTuple() : null;

    /// <summary>The C# types of the arguments in order.</summary>
    internal static Type[] Types { get; } = typeof(TArgs) == typeof(Nothing) ? []
        : TupleShape.IsTuple(typeof(TArgs)) ? TupleShape.Items(typeof(TArgs))
        : [typeof(TArgs)];

    /// <summary>Returns the arguments one by one as objects, for calls that have references.</summary>
    internal static object?[] Spread(TArgs arguments) => arguments switch
    {
        Nothing => [],
        ITuple tuple when TupleShape.IsTuple(typeof(TArgs)) => [.. Enumerable.Range(0, tuple.Length).Select(i => tuple[i])],
        _ => [arguments],
    };

    internal static void Write(ref RawVal first, in TArgs arguments)
    {
        if (Slot<TArgs>.IsNumeric)
        {
            Slot<TArgs>.Write(ref first, arguments);
        }
        else
        {
            s_tuple?.Write(ref first, in arguments);
        }
    }
}

/// <summary>Writes a tuple into consecutive slots.</summary>
internal abstract class ArgsWriter<TArgs>
{
    internal abstract void Write(ref RawVal first, in TArgs arguments);

    internal static ArgsWriter<TArgs> ForTuple()
    {
        var types = typeof(TArgs).GetGenericArguments();
        var writer = types.Length switch
        {
            2 => typeof(PairWriter<,>),
            3 => typeof(TripleWriter<,,>),
            4 => typeof(QuadrupleWriter<,,,>),
            _ => null,
        };
        return writer is null
            ? new CompiledWriter<TArgs>()
            : (ArgsWriter<TArgs>)Activator.CreateInstance(writer.MakeGenericType(types))!;
    }
}

/// <summary>Writes two numbers.</summary>
internal sealed class PairWriter<T1, T2> : ArgsWriter<(T1 A, T2 B)>
{
    internal override void Write(ref RawVal first, in (T1 A, T2 B) arguments)
    {
        RawSlots.Write(ref first, 0, arguments.A);
        RawSlots.Write(ref first, 1, arguments.B);
    }
}

/// <summary>Writes three numbers.</summary>
internal sealed class TripleWriter<T1, T2, T3> : ArgsWriter<(T1 A, T2 B, T3 C)>
{
    internal override void Write(ref RawVal first, in (T1 A, T2 B, T3 C) arguments)
    {
        RawSlots.Write(ref first, 0, arguments.A);
        RawSlots.Write(ref first, 1, arguments.B);
        RawSlots.Write(ref first, 2, arguments.C);
    }
}

/// <summary>Writes four numbers.</summary>
internal sealed class QuadrupleWriter<T1, T2, T3, T4> : ArgsWriter<(T1 A, T2 B, T3 C, T4 D)>
{
    internal override void Write(ref RawVal first, in (T1 A, T2 B, T3 C, T4 D) arguments)
    {
        RawSlots.Write(ref first, 0, arguments.A);
        RawSlots.Write(ref first, 1, arguments.B);
        RawSlots.Write(ref first, 2, arguments.C);
        RawSlots.Write(ref first, 3, arguments.D);
    }
}

/// <summary>Writes tuples of other lengths, through compiled code.</summary>
internal sealed class CompiledWriter<TArgs> : ArgsWriter<TArgs>
{
    private readonly TupleWriter<TArgs> _write = Compile();

    internal override void Write(ref RawVal first, in TArgs arguments) => _write(ref first, in arguments);

    private static TupleWriter<TArgs> Compile()
    {
        var first = Expression.Parameter(typeof(RawVal).MakeByRefType(), "first");
        var arguments = Expression.Parameter(typeof(TArgs).MakeByRefType(), "arguments");
        var writes = TupleShape.Items(typeof(TArgs)).Select((type, i) => Expression.Call(
            typeof(RawSlots).GetMethod(nameof(RawSlots.Write), BindingFlags.Static | BindingFlags.NonPublic)!.MakeGenericMethod(type),
            first,
            Expression.Constant(i),
            TupleShape.Item(arguments, i)));
        return Expression.Lambda<TupleWriter<TArgs>>(Expression.Block(writes), first, arguments).Compile();
    }
}

/// <summary>Writes a tuple into consecutive slots.</summary>
internal delegate void TupleWriter<T>(ref RawVal first, in T arguments);
