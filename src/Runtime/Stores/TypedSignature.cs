using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Stores;

/// <summary>The C# types of a typed call, known by a number so that the check against a function is done once.</summary>
internal interface ISignature
{
    static abstract int Id { get; }

    /// <summary>Whether all of them are numbers, which go straight from the stack to the guest.</summary>
    static abstract bool IsNumeric { get; }

    static abstract ReadOnlySpan<Type> Parameters { get; }
}

/// <summary>One combination of types; <see cref="Nothing"/> stands for each parameter that is not there.</summary>
internal readonly struct Signature<T1, T2, T3, T4, T5, T6, T7, T8, TResult> : ISignature
{
    private static readonly int s_id = TypedSignature.NextId();
    private static readonly Type[] s_parameters =
        [typeof(T1), typeof(T2), typeof(T3), typeof(T4), typeof(T5), typeof(T6), typeof(T7), typeof(T8)];

    private static readonly bool s_isNumeric = TypedSignature.IsNumeric(s_parameters, typeof(TResult));

    public static int Id => s_id;

    public static bool IsNumeric => s_isNumeric;

    public static ReadOnlySpan<Type> Parameters => s_parameters;
}

/// <summary>Checks C# types against a function's type.</summary>
internal static class TypedSignature
{
    private static int s_lastId;

    internal static int NextId() => Interlocked.Increment(ref s_lastId);

    /// <summary>Returns whether parameters and results are numbers only.</summary>
    internal static bool IsNumeric(ReadOnlySpan<Type> parameters, Type result)
    {
        foreach (var type in parameters)
        {
            if (type != typeof(Nothing) && !IsNumber(type))
            {
                return false;
            }
        }

        return Array.TrueForAll(ResultsOf(result), IsNumber);
    }

    /// <summary>Checks a call that takes numbers only.</summary>
    /// <exception cref="WasmError"><c>call.bad_signature</c></exception>
    internal static void CheckNumbers(FuncType type, ReadOnlySpan<Type> parameters, Type result)
    {
        if (!IsNumeric(parameters, result))
        {
            throw new WasmError(ErrorCode.BadSignature, "A batch takes and returns numbers only: call functions with references one by one.");
        }

        Check(type, parameters, result, typeof(WasmFunc));
    }

    /// <param name="type">The function's type.</param>
    /// <param name="parameters">One C# type for each parameter.</param>
    /// <param name="result">The type of the result, a tuple for several, <see cref="Nothing"/> for none.</param>
    /// <param name="funcHandle">The C# type that stands for function references at this door.</param>
    /// <exception cref="WasmError"><c>call.bad_signature</c></exception>
    internal static void Check(FuncType type, ReadOnlySpan<Type> parameters, Type result, Type funcHandle)
    {
        Type[] results = ResultsOf(result);
        bool fits = parameters.Length == type.Params.Length && results.Length == type.Results.Length;
        for (int i = 0; fits && i < parameters.Length; i++)
        {
            fits = HostSignature.Fits(parameters[i], type.Params[i], funcHandle);
        }

        for (int i = 0; fits && i < results.Length; i++)
        {
            fits = HostSignature.Fits(results[i], type.Results[i], funcHandle);
        }

        if (!fits)
        {
            string asked = $"({string.Join(", ", parameters.ToArray().Select(static p => p.Name))}) -> ({string.Join(", ", results.Select(static r => r.Name))})";
            throw new WasmError(
                ErrorCode.BadSignature,
                $"A typed call of {asked} does not fit the function's type {type}: int is i32, long i64, float f32, double f64, UInt128 v128, "
                + $"{funcHandle.Name} funcref, a class externref, WasmReference anyref and exnref, Val anything.");
        }
    }

    private static bool IsNumber(Type type) => HostSignature.KindOf(type) is <= ValKind.V128;

    private static Type[] ResultsOf(Type result) =>
        result == typeof(Nothing) ? [] : TupleShape.IsTuple(result) ? TupleShape.Items(result) : [result];
}
