using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Stores;

/// <summary>The C# types of a typed call, known by a number so that the check against a function is done once.</summary>
internal interface ISignature
{
    static abstract int Id { get; }

    static abstract ReadOnlySpan<Type> Parameters { get; }
}

/// <summary>One combination of types.</summary>
internal readonly struct Signature<T1, T2, T3, T4, TResult> : ISignature
{
    private static readonly int s_id = TypedSignature.NextId();
    private static readonly Type[] s_parameters = [typeof(T1), typeof(T2), typeof(T3), typeof(T4)];

    public static int Id => s_id;

    public static ReadOnlySpan<Type> Parameters => s_parameters;
}

/// <summary>Checks C# types against a function's type.</summary>
internal static class TypedSignature
{
    private static int s_lastId;

    internal static int NextId() => Interlocked.Increment(ref s_lastId);

    /// <exception cref="WasmError"><c>call.bad_signature</c></exception>
    internal static void Check(FuncType type, ReadOnlySpan<Type> parameters, Type result)
    {
        Type[] results = result == typeof(Nothing) ? []
            : HostSignature.IsTuple(result) ? result.GetGenericArguments()
            : [result];
        bool fits = type.IsNumeric && parameters.Length == type.Params.Length && results.Length == type.Results.Length && results.Length <= 7;
        for (int i = 0; fits && i < parameters.Length; i++)
        {
            fits = HostSignature.KindOf(parameters[i]) == type.Params[i].Kind;
        }

        for (int i = 0; fits && i < results.Length; i++)
        {
            fits = HostSignature.KindOf(results[i]) == type.Results[i].Kind;
        }

        if (!fits)
        {
            string asked = $"({string.Join(", ", parameters.ToArray().Select(static p => p.Name))}) -> ({string.Join(", ", results.Select(static r => r.Name))})";
            throw new WasmError(
                ErrorCode.BadSignature,
                $"A typed call of {asked} does not fit the function's type {type}: int is i32, long i64, float f32, double f64, UInt128 v128; for references call with values.");
        }
    }
}
