using WasmActors.Actors.Handles;
using WasmActors.Actors.Messages;
using WasmActors.Actors.Stores.Recipe;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Values;

namespace WasmActors.Actors.Stores;

/// <summary>
/// A store and the names of what is in it: decides what a command means, without an actor. Used by one thread at a
/// time, the
/// actor's turn.
/// </summary>
internal sealed partial class StoreSession : IDisposable
{
    // No instance and no generation has this number.
    private const int OfCaller = int.MinValue;

    private readonly StoreCell _cell;
    private readonly List<WasmInstance> _instances = new(1);
    private List<WasmExtern>? _created;
    private List<WasmExtern>? _handedOut;
    private Dictionary<WasmFunc, int>? _handedOutFuncs;
    private List<WasmMemory>? _memories;
    private readonly int _generation;
    private int _measuredInstances;
    private int _measuredCreations;
    private WasmExtern? _ofCaller;
    private StoreStates? _states;

    /// <param name="store">The store; the session owns it.</param>
    /// <param name="cell">What handles know of it.</param>
    /// <param name="generation">How often the store was replaced, from 1; names that a guest handed out do not outlive
    /// it.</param>
    internal StoreSession(WasmStore store, StoreCell cell, int generation)
    {
        Store = store;
        _cell = cell;
        _generation = generation;
    }

    /// <summary>An empty store by a recipe's options.</summary>
    /// <exception cref="WasmError"><c>engine.bad_settings</c></exception>
    internal static StoreSession Create(WasmEngine engine, StoreCell cell, StoreRecipe recipe) =>
        new(new WasmStore(engine, recipe.Options, cell.Memory) { Identity = cell.Id }, cell, recipe.Generation);

    internal WasmStore Store { get; }

    public void Dispose()
    {
        _states?.Dispose();
        Store.Dispose();
    }

    internal WasmFunc Func(ExternId id) => Find(id) as WasmFunc ?? Item<WasmFunc>(id);

    internal WasmInstance Instance(int number) => number >= 1 && number <= _instances.Count
        ? _instances[number - 1]
        : throw Unknown($"instance {number}");

    internal T Item<T>(ExternId id)
        where T : WasmExtern
        => Find(id) switch
        {
            T typed => typed,
            null when id.Owner < 0 && id.Owner > -_generation => throw new WasmError(ErrorCode.StoreLost, "The function came out of a store that has been replaced since: ask the new one for it."),
            null => throw Unknown($"item {id}"),
            var item => throw new WasmError(ErrorCode.ExportWrongKind, $"The handle names a {item.Kind.ToString().ToLowerInvariant()}, not a {typeof(T).Name[4..].ToLowerInvariant()}."),
        };

    internal int Add(WasmInstance instance)
    {
        _instances.Add(instance);
        return _instances.Count;
    }

    /// <summary>Gives an export of a waiting instance a name, for as long as it takes to carry out one
    /// command.</summary>
    internal ExternId Name(WasmExtern item)
    {
        _ofCaller = item;
        return new ExternId(OfCaller, 0);
    }

    internal ExternId Add(WasmExtern item)
    {
        (_created ??= []).Add(item);
        return new ExternId(0, _created.Count - 1);
    }

    /// <summary>A value of the store as others may hold it: functions become handles.</summary>
    internal Val Out(in Val value)
    {
        if (value.Kind != ValKind.FuncRef || value.ReferenceObject is not WasmFunc func)
        {
            return value;
        }

        _handedOut ??= [];
        _handedOutFuncs ??= [];
        if (!_handedOutFuncs.TryGetValue(func, out int index))
        {
            index = _handedOut.Count;
            _handedOut.Add(func);
            _handedOutFuncs.Add(func, index);
        }

        return Val.Reference(ValKind.FuncRef, new FuncRef(new StoreRef(_cell), new ExternId(-_generation, index), func.Type));
    }

    /// <summary>A value that others sent, for the store: handles become functions.</summary>
    internal Val In(in Val value)
    {
        if (value.Kind != ValKind.FuncRef || value.ReferenceObject is not FuncRef handle)
        {
            return value;
        }

        return ReferenceEquals(handle.Store.Cell, _cell)
            ? Val.FuncRef(Func(handle.Id))
            : throw new WasmError(ErrorCode.WrongStore, $"The function belongs to store {handle.Store.Id}, not to store {_cell.Id}: functions cannot be shared between stores.");
    }

    /// <summary>The name that a module exports an item by; null for what is no export.</summary>
    internal string? NameOf(ExternId id) =>
        id.Owner > 0 && id.Owner <= _instances.Count && _instances[id.Owner - 1].Module.Exports is var exports && (uint)id.Index < (uint)exports.Count
            ? exports[id.Index].Name
            : null;

    /// <summary>Length of the memories that the store's instances export and of those made on request, in bytes, each
    /// counted once.</summary>
    internal long MemoryBytes()
    {
        for (; _measuredInstances < _instances.Count; _measuredInstances++)
        {
            var exports = _instances[_measuredInstances].Module.Exports;
            for (int i = 0; i < exports.Count; i++)
            {
                if (exports[i].Type is MemoryType)
                {
                    Measure(Export(new ExternId(_measuredInstances + 1, i)));
                }
            }
        }

        for (; _measuredCreations < (_created?.Count ?? 0); _measuredCreations++)
        {
            Measure(_created![_measuredCreations]);
        }

        long bytes = 0;
        foreach (var memory in _memories ?? [])
        {
            bytes += memory.Length;
        }

        return bytes;
    }

    private void Measure(WasmExtern? item)
    {
        _memories ??= [];
        if (item is WasmMemory memory && !_memories.Exists(other => other.Native.Item.Equals(memory.Native.Item)))
        {
            _memories.Add(memory);
        }
    }

    private WasmExtern? Find(ExternId id) =>
        id.Owner > 0 ? Export(id)
        : id.Owner == OfCaller ? _ofCaller
        : id.Owner == 0 ? At(_created, id.Index)
        : id.Owner == -_generation ? At(_handedOut, id.Index)
        : null;

    private static WasmExtern? At(List<WasmExtern>? items, int index) => items is not null && (uint)index < (uint)items.Count ? items[index] : null;

    private WasmExtern? Export(ExternId id) => id.Owner <= _instances.Count ? _instances[id.Owner - 1].Exports.At(id.Index) : null;

    private static WasmError Unknown(string what) => new(ErrorCode.ExportNotFound, $"The store knows no {what}: the handle is of another store.");
}
