using WasmActors.Runtime.Calls;
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

    internal static Val[] Arguments(FuncType type, ReadOnlySpan<object?> arguments)
    {
        object?[] plain = arguments.ToArray();
        for (int i = 0; i < plain.Length; i++)
        {
            plain[i] = i < type.Params.Length ? Plain(plain[i], type.Params[i]) : plain[i];
        }

        return ValConversion.Arguments(type, plain);
    }

    internal static Val Convert(object? value, ValType type, string what) =>
        ValConversion.TryConvert(Plain(value, type), type, out string? problem) ?? throw new WasmError(ErrorCode.WrongType, $"{what}: {problem}");

    // Where any object of the host is wanted, a handle is one.
    private static object? Plain(object? value, ValType type) =>
        value is FuncRef func && type.Kind == ValKind.FuncRef ? Val.Reference(ValKind.FuncRef, func) : value;
}
