using System.Runtime.CompilerServices;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports.AssemblyScript;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Values;
using WasmActors.Runtime.Wasi;

namespace WasmActors.Runtime.Imports;

/// <summary>
/// What guests may import, by <c>module::name</c>: host functions, WASI, and objects of a store. Defined once, it serves any
/// number of modules; with host functions and WASI only, any number of stores too, on any thread.
/// </summary>
public sealed class ImportSet
{
    private readonly Dictionary<(string Module, string Name), object> _definitions = [];
    private readonly Dictionary<string, object?> _servedModules = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private ConditionalWeakTable<WasmModule, LinkedModule> _linked = [];
    private bool _sealed;

    /// <summary>A set without definitions.</summary>
    public static ImportSet Empty { get; } = new() { _sealed = true };

    /// <summary>What becomes of imports that are not defined. Default <see cref="UnknownImports.Fail"/>.</summary>
    public UnknownImports Unknown { get; init; } = UnknownImports.Fail;

    /// <summary>Whether WASI preview 1 has been defined.</summary>
    public bool HasWasi { get; private set; }

    /// <summary>Whether what AssemblyScript imports has been defined.</summary>
    public bool HasAssemblyScript { get; private set; }

    /// <summary>Defines a host function.</summary>
    /// <exception cref="WasmError"><c>link.duplicate_definition</c></exception>
    public ImportSet Define(string module, string name, HostFunc function) => Add(module, name, function);

    /// <summary>Defines a host function out of a delegate whose own types tell the WebAssembly type, see <see cref="HostFunc"/>.</summary>
    /// <exception cref="WasmError"><c>link.duplicate_definition</c>, <c>host.bad_signature</c></exception>
    public ImportSet Define(string module, string name, Delegate callback) =>
        Add(module, name, HostFunc.Create(callback, $"{module}::{name}"));

    /// <summary>Defines an object of a store; the set then serves that store only.</summary>
    /// <exception cref="WasmError"><c>link.duplicate_definition</c></exception>
    public ImportSet Define(string module, string name, WasmExtern item) => Add(module, name, item);

    /// <summary>Defines all exports of an instance under one module name.</summary>
    /// <exception cref="WasmError"><c>link.duplicate_definition</c></exception>
    public ImportSet DefineInstance(string module, WasmInstance instance)
    {
        ArgumentNullException.ThrowIfNull(instance);
        foreach (var (name, item) in instance.Exports)
        {
            Add(module, name, item);
        }

        return this;
    }

    /// <summary>Defines a function that is answered later.</summary>
    /// <exception cref="WasmError"><c>link.duplicate_definition</c></exception>
    public ImportSet Define(string module, string name, ServedFunc function) => Add(module, name, function);

    /// <summary>Defines every function that a guest imports from a module, and that is not defined otherwise, as one that is answered
    /// later; its type is the guest's.</summary>
    /// <param name="module">The module's name.</param>
    /// <param name="server">Who answers, see <see cref="ServedFunc.Server"/>.</param>
    /// <exception cref="WasmError"><c>link.duplicate_definition</c></exception>
    public ImportSet DefineServedModule(string module, object? server)
    {
        ArgumentNullException.ThrowIfNull(module);
        lock (_lock)
        {
            RequireOpen();
            if (!_servedModules.TryAdd(module, server))
            {
                throw new WasmError(ErrorCode.DuplicateDefinition, $"The module {GuestText.Clean(module, GuestText.NameLimit)} is served already.");
            }

            _linked = [];
        }

        return this;
    }

    /// <summary>Defines WASI preview 1; what a program may see is told by <see cref="StoreOptions.Wasi"/> of each store.</summary>
    public ImportSet DefineWasi()
    {
        lock (_lock)
        {
            RequireOpen();
            HasWasi = true;
            _linked = [];
        }

        return this;
    }

    /// <summary>Defines what AssemblyScript's own library imports from <c>env</c>: <c>abort</c>, <c>trace</c>, <c>seed</c> and <c>console.log</c> with
    /// its kin. What a guest says goes to <see cref="StoreOptions.Wasi"/>'s outputs, and an abort is a trap with its message. A definition of the
    /// same name comes first.</summary>
    public ImportSet DefineAssemblyScript()
    {
        lock (_lock)
        {
            RequireOpen();
            HasAssemblyScript = true;
            _linked = [];
        }

        return this;
    }

    /// <summary>Another set with the same definitions, to which more can be added.</summary>
    public ImportSet Copy()
    {
        var copy = new ImportSet { Unknown = Unknown };
        lock (_lock)
        {
            copy.HasWasi = HasWasi;
            copy.HasAssemblyScript = HasAssemblyScript;
            foreach (var (module, server) in _servedModules)
            {
                copy._servedModules.Add(module, server);
            }

            foreach (var (key, definition) in _definitions)
            {
                copy._definitions.Add(key, definition);
            }
        }

        return copy;
    }

    /// <summary>The module with its imports looked up in this set, once.</summary>
    internal LinkedModule Link(WasmModule module)
    {
        if (_linked.TryGetValue(module, out var known))
        {
            return known;
        }

        lock (_lock)
        {
            return _linked.GetValue(module, m => LinkedModule.Resolve(m, Find, HasWasi, Unknown));
        }
    }

    /// <summary>Whether an import has a definition, or needs none. Its type is not looked at.</summary>
    internal bool Defines(string module, string name, bool isFunction)
    {
        lock (_lock)
        {
            return Unknown != UnknownImports.Fail
                || _definitions.ContainsKey((module, name))
                || (HasWasi && WasiFunctions.Has(module, name))
                || (isFunction && _servedModules.ContainsKey(module))
                || (isFunction && HasAssemblyScript && AssemblyScriptImports.Has(module, name));
        }
    }

    private object? Find(ImportType import) =>
        _definitions.TryGetValue((import.Module, import.Name), out var definition) ? definition
        : HasWasi && WasiFunctions.Has(import.Module, import.Name) ? LinkedModule.FromWasi
        : import.Type is FuncType type && _servedModules.TryGetValue(import.Module, out object? server) ? new ServedFunc(import.Module, import.Name, type, server)
        : HasAssemblyScript ? AssemblyScriptImports.Find(import)
        : null;

    private ImportSet Add(string module, string name, object definition, [CallerArgumentExpression(nameof(definition))] string? parameter = null)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(definition, parameter);
        lock (_lock)
        {
            RequireOpen();
            if (!_definitions.TryAdd((module, name), definition))
            {
                throw new WasmError(ErrorCode.DuplicateDefinition, $"{GuestText.Clean($"{module}::{name}", GuestText.NameLimit)} is defined already: a name can be defined once in a set.");
            }

            _linked = [];
        }

        return this;
    }

    private void RequireOpen()
    {
        if (_sealed)
        {
            throw new InvalidOperationException("ImportSet.Empty stays empty: make a set of your own.");
        }
    }
}
