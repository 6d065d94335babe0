using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Values;

namespace WasmActors.Actors.Handles;

/// <summary>Values that hold handles: a function reference on this side of a store's actor is a <see cref="FuncRef"/>.</summary>
public static class HandleValues
{
    /// <summary>The function's handle, or null for a null reference.</summary>
    /// <exception cref="WasmError"><c>value.wrong_type</c>: the value is no function reference.</exception>
    public static FuncRef? AsFunc(this Val value) => value.Kind == ValKind.FuncRef
        ? value.ReferenceObject as FuncRef
        : throw new WasmError(ErrorCode.WrongType, $"The value is of kind {value.Kind}, not a function reference.");

    extension(Val)
    {
        /// <summary>A function of the store that the value goes to, or null.</summary>
        public static Val FuncRef(FuncRef? func) => Val.Reference(ValKind.FuncRef, func);
    }

    internal static Val[] Arguments(FuncType type, ReadOnlySpan<object?> arguments)
    {
        object?[] plain = arguments.ToArray();
        for (int i = 0; i < plain.Length; i++)
        {
            plain[i] = i < type.Params.Length ? Plain(plain[i], type.Params[i]) : plain[i];
        }

        return ValConversion.Arguments(type, plain);
    }

    /// <summary>The results of an import as values.</summary>
    /// <exception cref="WasmError"><c>host.bad_result</c>: naming the import, the expected and the actual types.</exception>
    internal static Val[] Results(FuncType type, ReadOnlySpan<object?> results, string name)
    {
        if (results.Length != type.Results.Length)
        {
            throw new WasmError(ErrorCode.HostBadResult, $"'{GuestText.Clean(name, GuestText.NameLimit)}' must return ({string.Join(", ", type.Results)}), but {results.Length} value(s) came back.");
        }

        var values = results.Length == 0 ? [] : new Val[results.Length];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = HostResult.Convert(Plain(results[i], type.Results[i]), type.Results[i])
                ?? throw new WasmError(ErrorCode.HostBadResult, $"'{GuestText.Clean(name, GuestText.NameLimit)}' must return ({string.Join(", ", type.Results)}), but result {i + 1} was {results[i]?.GetType().Name ?? "null"}.");
        }

        return values;
    }

    internal static Val Convert(object? value, ValType type, string what) =>
        ValConversion.TryConvert(Plain(value, type), type, out string? problem) ?? throw new WasmError(ErrorCode.WrongType, $"{what}: {problem}");

    /// <summary>A value whose type nobody told: a <see cref="Val"/>, or what a plain C# value is by itself.</summary>
    internal static Val Untyped(object? value) => value switch
    {
        Val val => val,
        FuncRef func => Val.Reference(ValKind.FuncRef, func),
        null => Val.ExternRef(null),
        _ => HostSignature.KindOf(value.GetType()) is { } kind && kind <= ValKind.V128
            ? ValConversion.TryConvert(value, ValType.Number(kind), out _)!.Value
            : Val.ExternRef(value),
    };

    // Where any object of the host is wanted, a handle is one.
    private static object? Plain(object? value, ValType type) =>
        value is FuncRef func && type.Kind == ValKind.FuncRef ? Val.Reference(ValKind.FuncRef, func) : value;
}
