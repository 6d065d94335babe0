using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Interop.Abi;
using WasmActors.Runtime.Interop.Bridges;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Stores;

/// <summary>A function of a store: of the guest's, or of the host's.</summary>
/// <remarks>Functions are equal if the same instance exports or references them. An instance that exports an imported function again has
/// another function for it: Wasmtime makes one, and offers no way to compare them.</remarks>
public sealed partial class WasmFunc : WasmExtern
{
    private FuncType? _type;

    internal WasmFunc(WasmStore store, in NativeFunc native, FuncType? type)
        : base(store, new NativeExtern { Kind = (byte)ExternKind.Func, Func = native })
    {
        NativeFunc = native;
        _type = type;
    }

    /// <inheritdoc/>
    public override FuncType Type
    {
        get
        {
            if (_type is null)
            {
                using var _ = Store.Enter();
                _type = CallBridge.TypeOf(Store, NativeFunc);
            }

            return _type;
        }
    }

    /// <summary>How many parameters it takes.</summary>
    public int ParamArity => Type.Params.Length;

    /// <summary>How many results it returns.</summary>
    public int ResultArity => Type.Results.Length;

    internal NativeFunc NativeFunc { get; }

    /// <summary>Makes a host function in one store.</summary>
    /// <param name="store">The store.</param>
    /// <param name="type">The type that guests see; null to take it from the delegate's own types.</param>
    /// <param name="callback">The delegate, see <see cref="HostFunc"/>.</param>
    /// <param name="wantsCaller">Whether its first parameter is the <see cref="WasmCaller"/>.</param>
    /// <param name="name">For messages; default: the delegate's method.</param>
    /// <exception cref="WasmError"><c>host.bad_signature</c>: the delegate does not fit the type.</exception>
    public static WasmFunc FromDelegate(WasmStore store, FuncType? type, Delegate callback, bool wantsCaller = false, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        var definition = type is null ? HostFunc.Create(callback, name) : HostFunc.Create(type, callback, wantsCaller, name);
        return FromDefinition(store, definition);
    }

    /// <summary>Makes a host function in one store out of a definition; the same definition gives the same function.</summary>
    public static WasmFunc FromDefinition(WasmStore store, HostFunc definition)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(definition);
        using var _ = store.Enter();
        return store.HostFunction(definition);
    }

    /// <summary>Makes a function in one store that is answered later.</summary>
    /// <exception cref="WasmError"><c>link.needs_preemptive</c></exception>
    public static WasmFunc FromDefinition(WasmStore store, ServedFunc definition)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(definition);
        using var _ = store.Enter();
        store.UseServed();
        return new WasmFunc(store, ServedBridge.NewFunc(store, definition), definition.Type);
    }

    /// <summary>Calls the function with plain C# values or <see cref="Val"/>s.</summary>
    /// <param name="arguments">One for each parameter; numbers are converted only where nothing is lost.</param>
    /// <returns>The results, none, one or several.</returns>
    /// <exception cref="Trap">The guest trapped, or was interrupted at the store's deadline.</exception>
    /// <exception cref="WasiExit">A WASI program ended itself.</exception>
    /// <exception cref="WasmError"><c>call.bad_arguments</c>, <c>host.exception</c>, <c>store.gone</c>, <c>store.in_use</c>, …</exception>
    public Results Call(params ReadOnlySpan<object?> arguments) => CallVals(ValConversion.Arguments(Type, arguments));

    /// <summary>Calls a function with one plain C# value or <see cref="Val"/>, null and arrays included; an <c>object[]</c> is a list of
    /// arguments. Otherwise as <see cref="Call(ReadOnlySpan{object})"/>.</summary>
    [OverloadResolutionPriority(1)] // Call(null) and Call(strings) mean one argument, not a list of none or many
    public Results Call(object? argument) =>
        CallVals(ValConversion.Arguments(Type, ValConversion.IsArgumentList(argument, out var list) ? list : [argument]));

    /// <summary>Calls the function as <see cref="Call(ReadOnlySpan{object})"/> does, and returns a failure instead of throwing it.</summary>
    /// <param name="results">The results, none, one or several; none after a failure.</param>
    /// <param name="failure">A trap, the exit of a WASI program or an error; null after a success.</param>
    /// <param name="arguments">One for each parameter.</param>
    /// <returns>Whether the function returned.</returns>
    public bool TryCall(out Results results, [NotNullWhen(false)] out WasmException? failure, params ReadOnlySpan<object?> arguments)
    {
        try
        {
            results = Call(arguments);
            failure = null;
            return true;
        }
        catch (WasmException failed)
        {
            results = default;
            failure = failed;
            return false;
        }
    }

    /// <summary>Calls the function with values; otherwise as <see cref="Call(ReadOnlySpan{object})"/>.</summary>
    public Results CallVals(params Val[] arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        using var call = Store.BeginCall(this);
        call.SetArguments(arguments);
        call.RunToEnd();
        return call.Results;
    }

    /// <inheritdoc/>
    public override string ToString() => $"func {Type}";

    /// <inheritdoc/>
    public override bool Equals(object? obj) =>
        obj is WasmFunc other && ReferenceEquals(Store, other.Store) && NativeFunc.Private == other.NativeFunc.Private;

    /// <inheritdoc/>
    public override int GetHashCode() => NativeFunc.Private.GetHashCode();
}
