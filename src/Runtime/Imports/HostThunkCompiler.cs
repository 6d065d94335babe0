using System.Linq.Expressions;
using System.Reflection;
using WasmActors.Runtime.Interop.Abi;
using WasmActors.Runtime.Interop.Marshalling;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Imports;

/// <summary>Compiles the code that calls a delegate of one shape.</summary>
internal static class HostThunkCompiler
{
    private const BindingFlags Internal = BindingFlags.Static | BindingFlags.NonPublic;

    /// <summary>For delegates of plain numbers: reads each parameter from its slot and writes each result to its slot.</summary>
    internal static HostThunk.RawInvoker Raw(Type callbackType, bool wantsCaller, Type[] parameters, Type result)
    {
        var callback = Expression.Parameter(typeof(Delegate), "callback");
        var caller = Expression.Parameter(typeof(WasmCaller), "caller");
        var slots = Expression.Parameter(typeof(RawVal).MakeByRefType(), "slots");
        var arguments = parameters.Select((type, i) =>
            (Expression)Expression.Call(Slots("Read", type), slots, Expression.Constant(i)));
        Expression call = Expression.Invoke(
            Expression.Convert(callback, callbackType),
            wantsCaller ? arguments.Prepend(caller) : arguments);

        Expression body = call;
        if (TupleShape.IsTuple(result))
        {
            var tuple = Expression.Variable(result, "results");
            var statements = TupleShape.Items(result).Select((type, i) =>
                (Expression)Expression.Call(Slots("Write", type), slots, Expression.Constant(i), TupleShape.Item(tuple, i)));
            body = Expression.Block([tuple], statements.Prepend(Expression.Assign(tuple, call)));
        }
        else if (result != typeof(void))
        {
            body = Expression.Call(Slots("Write", result), slots, Expression.Constant(0), call);
        }

        return Expression.Lambda<HostThunk.RawInvoker>(body, callback, caller, slots).Compile();
    }

    /// <summary>For every delegate: reads each parameter from a <see cref="Val"/> and answers what was returned as it is.</summary>
    internal static HostThunk.ValInvoker Vals(Type callbackType, bool wantsCaller, Type[] parameters, Type result)
    {
        var callback = Expression.Parameter(typeof(Delegate), "callback");
        var caller = Expression.Parameter(typeof(WasmCaller), "caller");
        var values = Expression.Parameter(typeof(Val[]), "arguments");
        var arguments = parameters.Length == 1 && parameters[0] == typeof(Val[])
            ? [values]
            : parameters.Select((type, i) => Argument(Expression.ArrayIndex(values, Expression.Constant(i)), type));
        Expression call = Expression.Invoke(
            Expression.Convert(callback, callbackType),
            wantsCaller ? arguments.Prepend(caller) : arguments);
        Expression body = result == typeof(void)
            ? Expression.Block(call, Expression.Constant(null))
            : Expression.Convert(call, typeof(object));
        return Expression.Lambda<HostThunk.ValInvoker>(body, callback, caller, values).Compile();
    }

    private static Expression Argument(Expression value, Type type)
    {
        if (type == typeof(Val))
        {
            return value;
        }

        var unpack = typeof(HostThunkCompiler).GetMethod(nameof(Unpack), Internal)!.MakeGenericMethod(type);
        return Expression.Call(unpack, value);
    }

    internal static T? Unpack<T>(Val value)
    {
        if (Slot<T>.IsNumeric)
        {
            return RawSlots.Unpack<T>(value);
        }

        // A cast that fails is the delegate asking for another class than the guest's reference holds.
        return (T?)value.ToObject();
    }

    private static MethodInfo Slots(string name, Type type) =>
        typeof(RawSlots).GetMethod(name, Internal)!.MakeGenericMethod(type);
}
