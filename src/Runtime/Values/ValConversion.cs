using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Stores;

namespace WasmActors.Runtime.Values;

/// <summary>Turns plain C# objects into values of a wanted type, only where nothing is lost.</summary>
internal static class ValConversion
{
    /// <summary>The value as <paramref name="type"/>, or null with the reason why it is none.</summary>
    internal static Val? TryConvert(object? value, ValType type, out string? problem)
    {
        problem = null;
        if (value is Val val)
        {
            return val.Kind == type.Kind ? CheckNull(val, type, out problem) : Refuse(value, type, out problem);
        }

        return type.Kind switch
        {
            ValKind.I32 => ToI32(value) is { } i32 ? Val.I32(i32) : Refuse(value, type, out problem),
            ValKind.I64 => ToI64(value) is { } i64 ? Val.I64(i64) : Refuse(value, type, out problem),
            ValKind.F32 => ToF32(value) is { } f32 ? Val.F32(f32) : Refuse(value, type, out problem),
            ValKind.F64 => ToF64(value) is { } f64 ? Val.F64(f64) : Refuse(value, type, out problem),
            ValKind.V128 => value is UInt128 v128 ? Val.V128(v128) : Refuse(value, type, out problem),
            ValKind.FuncRef => value is null or WasmFunc ? CheckNull(Val.FuncRef((WasmFunc?)value), type, out problem) : Refuse(value, type, out problem),
            ValKind.ExternRef => CheckNull(Val.ExternRef(value), type, out problem),
            _ => value is null or WasmReference ? CheckNull(Val.Reference(type.Kind, value), type, out problem) : Refuse(value, type, out problem),
        };
    }

    /// <summary>The arguments of a call as values.</summary>
    /// <exception cref="WasmError"><c>call.bad_arguments</c>, naming the signature, the position and the value.</exception>
    internal static Val[] Arguments(FuncType type, ReadOnlySpan<object?> arguments)
    {
        if (arguments.Length != type.Params.Length)
        {
            throw WrongCount(type, arguments.Length);
        }

        var values = arguments.Length == 0 ? [] : new Val[arguments.Length];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = TryConvert(arguments[i], type.Params[i], out string? problem)
                ?? throw new WasmError(ErrorCode.BadArguments, $"Argument {i + 1} of {type}: {problem}");
        }

        return values;
    }

    /// <summary>Returns whether a single argument is a list of arguments: an <c>object[]</c>, and no array of another type.</summary>
    internal static bool IsArgumentList(object? argument, [NotNullWhen(true)] out object?[]? list)
    {
        list = argument?.GetType() == typeof(object[]) ? (object?[])argument : null;
        return list is not null;
    }

    /// <summary>Checks arguments that are values already.</summary>
    /// <exception cref="WasmError"><c>call.bad_arguments</c>, naming the signature, the position and the value.</exception>
    internal static void CheckArguments(FuncType type, ReadOnlySpan<Val> arguments)
    {
        if (arguments.Length != type.Params.Length)
        {
            throw WrongCount(type, arguments.Length);
        }

        for (int i = 0; i < arguments.Length; i++)
        {
            var wanted = type.Params[i];
            ref readonly Val given = ref arguments[i];
            bool fits = given.Kind == wanted.Kind && (wanted.IsNumeric || wanted.IsNullable || !given.IsNull);
            if (!fits && TryConvert(arguments[i], wanted, out string? problem) is null)
            {
                throw new WasmError(ErrorCode.BadArguments, $"Argument {i + 1} of {type}: {problem}");
            }
        }
    }

    private static WasmError WrongCount(FuncType type, int count) =>
        new(ErrorCode.BadArguments, $"{type} takes {type.Params.Length} argument{(type.Params.Length == 1 ? "" : "s")}, not {count}.");

    private static int? ToI32(object? value) => value switch
    {
        int i => i,
        short s => s,
        sbyte b => b,
        ushort us => us,
        byte ub => ub,
        uint ui => (int)ui, // the same 32 bits: WebAssembly gives them no sign
        long l when l is >= int.MinValue and <= int.MaxValue => (int)l,
        nint n when n is >= int.MinValue and <= int.MaxValue => (int)n,
        _ => null,
    };

    private static long? ToI64(object? value) => value switch
    {
        long l => l,
        ulong ul => (long)ul, // the same 64 bits
        uint ui => ui,
        nint n => n,
        nuint un => (long)un, // the same 64 bits
        _ => ToI32(value),
    };

    private static float? ToF32(object? value) => value switch
    {
        float f => f,
        Half h => (float)h,
        double d when double.IsNaN(d) || (float)d == d => (float)d,
        _ => ToWhole(value, FloatFormat.F32) is { } whole ? (float)whole : null,
    };

    private static double? ToF64(object? value) => value switch
    {
        double d => d,
        float f => f,
        Half h => (double)h,
        _ => ToWhole(value, FloatFormat.F64) is { } whole ? (double)whole : null,
    };

    /// <summary>Returns an integer whose significant digits fit into a format's; null for anything else.</summary>
    private static Int128? ToWhole(object? value, FloatFormat format)
    {
        Int128? whole = value switch
        {
            int or short or sbyte or ushort or byte => ToI32(value),
            uint ui => ui,
            long l => l,
            ulong ul => ul,
            nint n => n,
            nuint un => un,
            _ => null,
        };
        if (whole is not { } found)
        {
            return null;
        }

        ulong magnitude = (ulong)Int128.Abs(found);
        int digits = 64 - BitOperations.LeadingZeroCount(magnitude) - BitOperations.TrailingZeroCount(magnitude);
        return digits <= format.FractionBits + 1 ? whole : null;
    }

    private static Val? CheckNull(Val value, ValType type, out string? problem)
    {
        problem = value.IsNull && !type.IsNullable ? $"null is no value of {type}." : null;
        return problem is null ? value : null;
    }

    private static Val? Refuse(object? value, ValType type, out string? problem)
    {
        string shown = value is null ? "null" : GuestText.Clean(value.ToString() ?? "", 64);
        string of = value switch { null => "", Val val => $" ({val.Kind.ToString().ToLowerInvariant()})", _ => $" ({value.GetType().Name})" };
        problem = $"{shown}{of} is no {type}, and cannot become one without loss.";
        return null;
    }
}
