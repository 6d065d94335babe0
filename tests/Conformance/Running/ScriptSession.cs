using WasmActors.Actors.Handles;
using WasmActors.Actors.Imports;
using WasmActors.Conformance.Durable;
using WasmActors.Conformance.Scripts;
using WasmActors.Conformance.Values;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Values;

namespace WasmActors.Conformance.Running;

/// <summary>A script's store, and what the script has made in it so far. Everything is done by messages to the store's actor.</summary>
internal sealed class ScriptSession : IAsyncDisposable
{
    private static readonly TimeSpan s_stopTime = TimeSpan.FromMinutes(2);

    private readonly WasmHost _host;
    private readonly StoreRef _store;
    private readonly Dictionary<string, InstanceRef> _registered = new(StringComparer.Ordinal);
    private readonly Twins? _twins;
    private References? _references;

    private ScriptSession(WasmHost host, StoreRef store, Twins? twins)
    {
        _host = host;
        _store = store;
        _twins = twins;
    }

    /// <summary>The modules that were defined.</summary>
    public Shelf<WasmModule> Modules { get; } = new("module");

    /// <summary>The instances that were made.</summary>
    public Shelf<InstanceRef> Instances { get; } = new("instance");

    /// <summary>Begins in a store, which is the session's from here on.</summary>
    public static async Task<ScriptSession> OpenAsync(WasmHost host, StoreRef store, Twins? twins)
    {
        var session = new ScriptSession(host, store, twins);
        session.Register(Spectest.Name, await Spectest.InstantiateAsync(host, store));
        return session;
    }

    /// <summary>Makes an instance's exports importable under a name.</summary>
    public void Register(string name, InstanceRef instance) => _registered[name] = instance;

    /// <summary>Instantiates a module; its imports come from registered instances.</summary>
    public async ValueTask<InstanceRef> InstantiateAsync(WasmModule module)
    {
        var imports = new ImportMap();
        var suppliers = new HashSet<InstanceRef>();
        foreach (var (from, name) in module.Imports.Select(static import => (import.Module, import.Name)).Distinct())
        {
            if (_registered.GetValueOrDefault(from) is { } supplier && supplier.TryGetExport(name) is { } export)
            {
                imports.Define(from, name, export);
                if (from != Spectest.Name)
                {
                    suppliers.Add(supplier);
                }
            }
        }

        _twins?.Share(suppliers);
        var instance = await _store.InstantiateAsync(module, imports);
        _twins?.Add(instance, module, suppliers.Count > 0);
        return instance;
    }

    /// <summary>Does what a script asks of an instance.</summary>
    /// <returns>The results.</returns>
    public async ValueTask<IReadOnlyList<Val>> PerformAsync(ScriptAction action)
    {
        var instance = Instances.Get(action.Instance);
        object?[] arguments = action is ScriptAction.Invoke invoke ? new object?[invoke.Arguments.Length] : [];
        for (int i = 0; i < arguments.Length; i++)
        {
            arguments[i] = await ValueOfAsync(((ScriptAction.Invoke)action).Arguments[i]);
        }

        try
        {
            IReadOnlyList<Val> results = action is ScriptAction.Invoke
                ? [.. await instance.GetFunc(action.Export).CallAsync(arguments)]
                : [await instance.GetGlobal(action.Export).GetAsync()];
            _twins?.Repeat(instance, action, arguments, MovingTwin.Describe(results));
            return results;
        }
        catch (WasmException failure)
        {
            _twins?.Repeat(instance, action, arguments, failure.Code);
            throw;
        }
    }

    /// <summary>Whether results are what a script expects.</summary>
    public async ValueTask<bool> MatchAsync(IReadOnlyList<Pattern> expected, IReadOnlyList<Val> results)
    {
        if (expected.Count != results.Count)
        {
            return false;
        }

        for (int i = 0; i < results.Count; i++)
        {
            if (!await MatchAsync(expected[i], results[i]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Ends the store.</summary>
    public async ValueTask DisposeAsync()
    {
        _twins?.Dispose();
        using var deadline = new CancellationTokenSource(s_stopTime);
        await _store.StopAsync(deadline.Token);
    }

    private async ValueTask<bool> MatchAsync(Pattern expected, Val value)
    {
        switch (expected)
        {
            case Pattern.Number number:
                return value.Kind == number.Value.Kind && number.Value.Matches(NumberText.BitsOf(value));
            case Pattern.Vector vector:
                return value.Kind == ValKind.V128 && Matches(vector, value);
            case Pattern.Null nothing:
                return value.IsNull && (nothing.Kind is null || nothing.Kind == value.Kind);
            case Pattern.Reference reference:
                return value.Kind > ValKind.V128 && !value.IsNull && await (await ReferencesAsync()).IsAsync(value, reference.Kind);
            case Pattern.Host { IsInternal: false } host:
                return value.Kind == ValKind.ExternRef && Equals(value.AsExternRef(), host.Object);
            case Pattern.Host host:
                return value.Kind == ValKind.AnyRef && !value.IsNull && Equals(await (await ReferencesAsync()).ExternalizeAsync(value), host.Object);
            case Pattern.Either either:
                foreach (var alternative in either.Alternatives)
                {
                    if (await MatchAsync(alternative, value))
                    {
                        return true;
                    }
                }

                return false;
            default:
                throw new InvalidOperationException($"Nothing compares with {expected}.");
        }
    }

    private static bool Matches(Pattern.Vector expected, Val value)
    {
        (ulong low, ulong high) = value.AsV128();
        var bits = new UInt128(high, low);
        for (int lane = 0; lane < expected.Lanes.Length; lane++)
        {
            int width = expected.Lanes[lane].Width;
            if (!expected.Lanes[lane].Matches((ulong)(bits >> (lane * width)) & (ulong.MaxValue >> (64 - width))))
            {
                return false;
            }
        }

        return true;
    }

    // A null of a type that a module defines is left to the conversion of plain values.
    private async ValueTask<object?> ValueOfAsync(Literal literal) => literal switch
    {
        Literal.Number number => number.Value,
        Literal.Null { Kind: null } => null,
        Literal.Null { Kind: ValKind.FuncRef } => Val.Null(ValType.FuncRef),
        Literal.Null { Kind: ValKind.ExternRef } => Val.Null(ValType.ExternRef),
        Literal.Null { Kind: ValKind.ExnRef } => Val.Null(ValType.ExnRef),
        Literal.Null => Val.Null(ValType.AnyRef),
        Literal.Host { IsInternal: false } host => Val.ExternRef(host.Object),
        Literal.Host host => await (await ReferencesAsync()).InternalizeAsync(host.Object),
        _ => throw new InvalidOperationException($"{literal} has no value."),
    };

    private async ValueTask<References> ReferencesAsync() => _references ??= await References.InstantiateAsync(_host, _store);
}
