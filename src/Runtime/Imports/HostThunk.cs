using System.Collections.Concurrent;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Interop.Abi;
using WasmActors.Runtime.Interop.Marshalling;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Imports;

/// <summary>
/// Calls a delegate with a guest's values. The code that unpacks arguments and packs results is compiled once per type of
/// delegate and kind of signature, and shared by all functions of that shape.
/// </summary>
internal sealed class HostThunk
{
    private static readonly ConcurrentDictionary<(Type Delegate, bool Caller), RawInvoker> s_rawInvokers = new();
    private static readonly ConcurrentDictionary<(Type Delegate, bool Caller), ValInvoker> s_valInvokers = new();

    private readonly string _name;
    private readonly FuncType _type;
    private readonly Delegate _callback;
    private readonly RawInvoker? _raw;
    private readonly ValInvoker _vals;
    private readonly bool _spreads;

    private HostThunk(string name, FuncType type, Delegate callback, RawInvoker? raw, ValInvoker vals, bool spreads)
    {
        _name = name;
        _type = type;
        _callback = callback;
        _raw = raw;
        _vals = vals;
        _spreads = spreads;
    }

    /// <summary>Unpacks raw numbers, calls, packs the results over them.</summary>
    internal delegate void RawInvoker(Delegate callback, WasmCaller caller, ref RawVal slots);

    /// <summary>Calls with values; answers what the delegate returned: null for void, a tuple, a list, or one value.</summary>
    internal delegate object? ValInvoker(Delegate callback, WasmCaller caller, Val[] arguments);

    internal static HostThunk Create(string name, FuncType type, Delegate callback, bool wantsCaller)
    {
        HostSignature.RequireSynchronous(name, callback);
        var (parameters, result) = HostSignature.Shape(callback);
        if (wantsCaller && (parameters.Length == 0 || parameters[0] != typeof(WasmCaller)))
        {
            throw new WasmError(ErrorCode.HostBadSignature, $"Host function '{name}' wants the caller: its first parameter must be a WasmCaller.");
        }

        Type[] own = wantsCaller ? parameters[1..] : parameters;
        HostSignature.Check(name, type, own, result);
        bool allNumbers = type.IsNumeric && own.All(IsSlot)
            && (result == typeof(void) || IsSlot(result) || (TupleShape.IsTuple(result) && TupleShape.Items(result).All(IsSlot)));
        var key = (callback.GetType(), wantsCaller);
        return new HostThunk(
            name,
            type,
            callback,
            allNumbers ? s_rawInvokers.GetOrAdd(key, static (k, shape) => HostThunkCompiler.Raw(k.Delegate, k.Caller, shape.own, shape.result), (own, result)) : null,
            s_valInvokers.GetOrAdd(key, static (k, shape) => HostThunkCompiler.Vals(k.Delegate, k.Caller, shape.own, shape.result), (own, result)),
            result == typeof(void) || HostSignature.IsList(result) || TupleShape.IsTuple(result));
    }

    /// <summary>Runs the delegate on raw numbers; <paramref name="slots"/> is the first of the signature's slots.</summary>
    internal void InvokeRaw(WasmCaller caller, ref RawVal slots)
    {
        if (_raw is { } invoke)
        {
            invoke(_callback, caller, ref slots);
            return;
        }

        var arguments = new Val[_type.Params.Length];
        for (int i = 0; i < arguments.Length; i++)
        {
            arguments[i] = RawSlots.ToVal(ref slots, i, _type.Params[i].Kind);
        }

        Val[] results = InvokeVals(caller, arguments);
        for (int i = 0; i < results.Length; i++)
        {
            RawSlots.FromVal(ref slots, i, results[i]);
        }
    }

    /// <summary>Runs the delegate and answers its results, checked against the type.</summary>
    /// <exception cref="WasmError"><c>host.bad_result</c>: naming the function, the expected and the actual types.</exception>
    internal Val[] InvokeVals(WasmCaller caller, Val[] arguments)
    {
        object? returned = _vals(_callback, caller, arguments);
        int expected = _type.Results.Length;
        object?[] values = _spreads ? HostResult.Spread(returned) : [returned];
        if (values.Length != expected)
        {
            throw BadResult($"it returned {values.Length} value(s)");
        }

        var results = expected == 0 ? [] : new Val[expected];
        for (int i = 0; i < expected; i++)
        {
            results[i] = HostResult.Convert(values[i], _type.Results[i])
                ?? throw BadResult($"result {i + 1} was {Describe(values[i])}");
        }

        return results;
    }

    private static bool IsSlot(Type type) => HostSignature.KindOf(type) is <= ValKind.V128;

    private static string Describe(object? value) => value switch
    {
        null => "null",
        Val val => val.Kind.ToString().ToLowerInvariant(),
        _ => value.GetType().Name,
    };

    private WasmError BadResult(string what) =>
        new(ErrorCode.HostBadResult, $"Host function '{_name}' must return ({string.Join(", ", _type.Results)}), but {what}.");
}
