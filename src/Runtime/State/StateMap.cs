using System.Globalization;
using System.Runtime.CompilerServices;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.State;

/// <summary>Where the exports of a rewritten module are that hold its state. One for all instances of a
/// module.</summary>
internal sealed class StateMap
{
    private static readonly ConditionalWeakTable<WasmModule, StateMap> s_maps = [];

    private readonly Lock _lock = new();
    private PristineState? _pristine;

    private StateMap(WasmModule module)
    {
        if (!module.CustomSections.Any(static s => s.Name == HiddenExports.Mark))
        {
            throw new WasmError(
                ErrorCode.StateUnsupported,
                $"The state of {module} cannot be reached: the module was not rewritten. "
                + "Compile the result of StateRewriter.Rewrite instead.");
        }

        for (int i = 0; i < module.Exports.Count; i++)
        {
            Add(module.Exports[i].Name, i);
        }

        // Offsets of segments and initial values can depend on globals that are imported: then each instance may
        // start differently.
        IsSameInAll = !module.Imports.Any(static import => import.Type is GlobalType);
    }

    /// <summary>Memories by index: positions among the exports.</summary>
    public List<(int Index, int Export)> Memories { get; } = [];

    /// <summary>Tables that code changes.</summary>
    public List<(int Index, int Export)> Tables { get; } = [];

    /// <summary>Tables that no code changes.</summary>
    public List<(int Index, int Export)> ConstantTables { get; } = [];

    /// <summary>Mutable globals.</summary>
    public List<(int Index, int Export)> Globals { get; } = [];

    /// <summary>Functions that tables and globals can refer to.</summary>
    public List<(int Index, int Export)> Functions { get; } = [];

    /// <summary>Globals that tell which segments were dropped.</summary>
    public List<(int Index, int Export)> Dropped { get; } = [];

    /// <summary>Functions that drop segments.</summary>
    public List<(int Index, int Export)> Drops { get; } = [];

    /// <summary>Whether all instances have the same state when they are made.</summary>
    public bool IsSameInAll { get; }

    /// <summary>The map of a module.</summary>
    /// <exception cref="WasmError"><c>state.unsupported</c>: the module was not rewritten.</exception>
    public static StateMap Of(WasmModule module) => s_maps.GetValue(module, static m => new StateMap(m));

    /// <summary>The state that instances have when they are made, read from the first.</summary>
    public PristineState Pristine(Func<PristineState> read)
    {
        if (!IsSameInAll)
        {
            return read();
        }

        lock (_lock)
        {
            return _pristine ??= read();
        }
    }

    private void Add(string name, int export)
    {
        // The longer name first: one starts with the other.
        _ = TryAdd(Drops, HiddenExports.Drop, name, export)
            || TryAdd(Dropped, HiddenExports.Dropped, name, export)
            || TryAdd(Memories, HiddenExports.Memory, name, export)
            || TryAdd(Tables, HiddenExports.Table, name, export)
            || TryAdd(ConstantTables, HiddenExports.ConstantTable, name, export)
            || TryAdd(Globals, HiddenExports.Global, name, export)
            || TryAdd(Functions, HiddenExports.Function, name, export);
    }

    // The exports of a kind are in the order of their indices.
    private static bool TryAdd(List<(int Index, int Export)> list, string prefix, string name, int export)
    {
        int index = 0;
        bool isOne = name.StartsWith(prefix, StringComparison.Ordinal)
            && int.TryParse(name.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out index);
        if (!isOne)
        {
            return false;
        }

        list.Add((index, export));
        return true;
    }
}
