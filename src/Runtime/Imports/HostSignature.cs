using System.Runtime.CompilerServices;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Imports;

/// <summary>Which WebAssembly types the C# types of a delegate stand for, and whether they fit a wanted type.</summary>
internal static class HostSignature
{
    // WebAssembly's own limit, which Wasmtime has too.
    private const int MaxTypes = 1000;

    /// <summary>The kind that a C# type stands for, or null where it may be any (<see cref="Val"/>) or stands for none.</summary>
    /// <param name="type">The C# type.</param>
    /// <param name="funcHandle">The C# type that stands for function references; default <see cref="WasmFunc"/>.</param>
    internal static ValKind? KindOf(Type type, Type? funcHandle = null)
    {
        if (type == typeof(int) || type == typeof(uint))
        {
            return ValKind.I32;
        }

        if (type == typeof(long) || type == typeof(ulong))
        {
            return ValKind.I64;
        }

        return type == typeof(float) ? ValKind.F32
            : type == typeof(double) ? ValKind.F64
            : type == typeof(UInt128) ? ValKind.V128
            : type == (funcHandle ?? typeof(WasmFunc)) ? ValKind.FuncRef
            : type == typeof(object) ? ValKind.ExternRef
            : null;
    }

    internal static bool IsList(Type type) =>
        type == typeof(Val[]) || type == typeof(object[]) || type == typeof(Results)
        || type == typeof(IReadOnlyList<Val>) || type == typeof(IEnumerable<Val>) || type == typeof(List<Val>);

    /// <summary>The WebAssembly type that a delegate's own types tell.</summary>
    internal static FuncType Infer(string name, Delegate callback, out bool wantsCaller)
    {
        var (parameters, result) = Shape(callback);
        wantsCaller = parameters.Length > 0 && parameters[0] == typeof(WasmCaller);
        return TypeOf(name, wantsCaller ? parameters[1..] : parameters, result);
    }

    /// <summary>The WebAssembly type that C# types tell; void for no result.</summary>
    /// <param name="name">For messages.</param>
    /// <param name="parameters">One C# type for each parameter.</param>
    /// <param name="result">The type of the result, a tuple for several.</param>
    /// <param name="funcHandle">The C# type that stands for function references; default <see cref="WasmFunc"/>.</param>
    internal static FuncType TypeOf(string name, Type[] parameters, Type result, Type? funcHandle = null)
    {
        ValType[] results = result == typeof(void) ? []
            : TupleShape.IsTuple(result) ? [.. TupleShape.Items(result).Select(r => TypeOf(name, r, funcHandle))]
            : [TypeOf(name, result, funcHandle)];
        return new FuncType([.. parameters.Select(p => TypeOf(name, p, funcHandle))], results);
    }

    /// <summary>The parameter types, without what closes the delegate, and the result type.</summary>
    internal static (Type[] Parameters, Type Result) Shape(Delegate callback)
    {
        var invoke = callback.GetType().GetMethod("Invoke")!;
        return ([.. invoke.GetParameters().Select(static p => p.ParameterType)], invoke.ReturnType);
    }

    /// <summary>Throws where the delegate runs on after it returned: nobody could wait for it, and what it throws would end the process.</summary>
    internal static void RequireSynchronous(string name, Delegate callback)
    {
        if (Array.Exists(callback.GetInvocationList(), static part => part.Method.IsDefined(typeof(AsyncStateMachineAttribute), inherit: false)))
        {
            throw new WasmError(ErrorCode.HostBadSignature, $"Host function '{name}' is async, and a guest cannot wait for it here: return the value itself.");
        }
    }

    /// <summary>Throws unless the delegate fits the type.</summary>
    internal static void Check(string name, FuncType type, Type[] parameters, Type result, Type? funcHandle = null)
    {
        if (typeof(Task).IsAssignableFrom(result) || result == typeof(ValueTask) || (result.IsGenericType && result.GetGenericTypeDefinition() == typeof(ValueTask<>)))
        {
            throw Mismatch(name, type, "it returns a task, and a guest cannot wait for one here. Return the value itself");
        }

        CheckCount(name, type);
        bool takesAll = parameters.Length == 1 && parameters[0] == typeof(Val[]);
        if (!takesAll)
        {
            if (parameters.Length != type.Params.Length)
            {
                throw Mismatch(name, type, $"it takes {parameters.Length} parameter(s) where the type has {type.Params.Length}");
            }

            for (int i = 0; i < parameters.Length; i++)
            {
                if (!Fits(parameters[i], type.Params[i], funcHandle))
                {
                    throw Mismatch(name, type, $"its parameter {i + 1} is {parameters[i].Name} where the type has {type.Params[i]}");
                }
            }
        }

        CheckResult(name, type, result, funcHandle);
    }

    /// <summary>Throws where there are more types than WebAssembly allows.</summary>
    internal static void CheckCount(string name, FuncType type)
    {
        if (type.Params.Length > MaxTypes || type.Results.Length > MaxTypes)
        {
            throw new WasmError(
                ErrorCode.HostBadSignature,
                $"Host function '{name}' has {type.Params.Length} parameters and {type.Results.Length} results; {MaxTypes} of each are the most.");
        }
    }

    private static void CheckResult(string name, FuncType type, Type result, Type? funcHandle)
    {
        if (IsList(result))
        {
            return; // its length and its types are checked at each call
        }

        Type[] results = result == typeof(void) ? [] : TupleShape.IsTuple(result) ? TupleShape.Items(result) : [result];
        if (results.Length != type.Results.Length)
        {
            throw Mismatch(name, type, $"it returns {results.Length} value(s) where the type has {type.Results.Length}");
        }

        for (int i = 0; i < results.Length; i++)
        {
            if (!Fits(results[i], type.Results[i], funcHandle))
            {
                throw Mismatch(name, type, $"its result {i + 1} is {results[i].Name} where the type has {type.Results[i]}");
            }
        }
    }

    /// <summary>Returns whether a C# type can hold the values of a WebAssembly type.</summary>
    internal static bool Fits(Type clr, ValType type, Type? funcHandle = null) =>
        clr == typeof(Val) || KindOf(clr, funcHandle) == type.Kind
        || (clr == typeof(WasmReference) && type.Kind is ValKind.AnyRef or ValKind.ExnRef)
        || (!clr.IsValueType && type.Kind == ValKind.ExternRef && clr != typeof(Val[]));

    private static ValType TypeOf(string name, Type clr, Type? funcHandle) => KindOf(clr, funcHandle) switch
    {
        ValKind.FuncRef => ValType.FuncRef,
        ValKind.ExternRef => ValType.ExternRef,
        { } number => ValType.Number(number),
        null when IsHostObject(clr) => ValType.ExternRef,
        null => throw new WasmError(
            ErrorCode.HostBadSignature,
            $"Host function '{name}': {clr.Name} does not tell a WebAssembly type. "
            + $"Use int, long, float, double, UInt128, a class (externref) or {(funcHandle ?? typeof(WasmFunc)).Name}, or give the FuncType."),
    };

    // A class or interface of the host's, which a guest holds as an externref. The others mean something else, or a mistake.
    private static bool IsHostObject(Type clr) =>
        !clr.IsValueType && !clr.IsByRef && !clr.IsPointer && !IsList(clr)
        && clr != typeof(WasmReference) && clr != typeof(WasmCaller) && !typeof(WasmExtern).IsAssignableFrom(clr)
        && !typeof(Task).IsAssignableFrom(clr);

    private static WasmError Mismatch(string name, FuncType type, string why) =>
        new(ErrorCode.HostBadSignature, $"Host function '{name}' does not fit its type {type}: {why}.");
}
