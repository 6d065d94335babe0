using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Interop.Pages;
using WasmActors.Runtime.Stores;

namespace WasmActors.Runtime.State;

/// <summary>The whole state of one instance of a module that <see cref="StateRewriter"/> rewrote: its memories,
/// tables, mutable globals and dropped segments. It finds what calls change, undoes that, and moves the state to
/// other instances.</summary>
/// <remarks>
/// <para>Use it as its store is used: one thread at a time, and only while no call is running or paused.</para>
/// <para>A fresh instance plus <see cref="Apply"/> of all captures in order equals the instance that they were
/// captured from. So does a fresh instance plus <see cref="Apply"/> of one <see cref="Save"/>. A table that only the
/// host changes is not part of the state.</para>
/// </remarks>
public sealed class InstanceState : IDisposable
{
    private const int LargestScratch = 1 << 20;

    [ThreadStatic]
    private static ByteWriter? t_output;

    [ThreadStatic]
    private static ByteWriter? t_scratch;

    private readonly WasmInstance _instance;
    private readonly StateMap _map;
    private TrackedMemory[] _memories;
    private TrackedTable[] _tables;
    private readonly TrackedGlobals _globals;
    private readonly TrackedDrops _drops;
    private readonly long[] _pristineLengths;
    private bool _isFresh = true;
    private bool _disposed;

    private InstanceState(WasmInstance instance, StateMap map, PagePlan plan)
    {
        _instance = instance;
        _map = map;
        var functions = new FunctionIndex(instance, map);
        var pristine = map.Pristine(() => PristineState.Read(instance, map, plan.Search));
        using var _ = instance.Store.Enter();
        _memories = [.. map.Memories.Zip(
            pristine.Memories,
            (m, pages) => new TrackedMemory(m.Index, At<WasmMemory>(m.Export), pages, plan))];
        _tables = [.. map.Tables.Select(t => new TrackedTable(t.Index, At<WasmTable>(t.Export), functions))];
        _globals = new TrackedGlobals(instance, map, functions);
        _drops = new TrackedDrops(instance, map);
        _pristineLengths = [.. _memories.Select(static m => m.Length)];
    }

    /// <summary>Size of all memories in bytes, and of all tables with 8 bytes for each element.</summary>
    public long SizeInBytes
    {
        get
        {
            using var _ = Enter();
            long changing = _tables.Sum(static t => t.Size);
            long constant = _map.ConstantTables.Sum(t => At<WasmTable>(t.Export).Size);
            return _memories.Sum(static m => m.Length) + (sizeof(long) * (changing + constant));
        }
    }

    /// <summary>How this system finds the pages that a guest changed, for logs: <c>userfaultfd</c> lists the pages
    /// that were written, <c>scan</c> and <c>pagemap</c> list those that are in memory, and <c>compare</c> reads
    /// whole memories.</summary>
    public static string PageSearchName =>
        WrittenPages.IsSupported ? "userfaultfd" : ResidentPages.Best.ToString().ToLowerInvariant();

    /// <summary>Begins to track an instance. Call it right after the instantiation, before any function of the
    /// instance runs.</summary>
    /// <exception cref="WasmError"><c>state.unsupported</c>: its module was not rewritten.</exception>
    public static InstanceState Attach(WasmInstance instance)
    {
        ArgumentNullException.ThrowIfNull(instance);
        return Attach(instance, PagePlan.For(instance.Store.Engine));
    }

    /// <summary>Captures what changed since the last capture or since <see cref="Attach(WasmInstance)"/>. The
    /// captured state becomes the one that <see cref="RollBack"/> returns to.</summary>
    /// <returns>The changes; null for none.</returns>
    /// <exception cref="WasmError"><c>state.unsupported</c>: a table or global refers to a function of another
    /// instance, or the changes exceed 2 GiB. Nothing was captured.</exception>
    public byte[]? Capture()
    {
        using var _ = Enter();
        Prepare();
        var output = Begin(isWhole: false, out var scratch);
        bool changed = false;
        foreach (var memory in _memories)
        {
            changed |= memory.Capture(output, scratch);
        }

        changed |= _globals.Capture(output);
        foreach (var table in _tables)
        {
            changed |= table.Capture(output);
        }

        changed |= _drops.Capture(output);
        _isFresh &= !changed;
        return changed ? End(output) : null;
    }

    /// <summary>Returns to the last captured state, or to that of <see cref="Attach(WasmInstance)"/> if nothing was
    /// captured.</summary>
    /// <returns>False if that is impossible because a memory or table grew or a segment was dropped. Then nothing was
    /// changed: replace the store.</returns>
    public bool RollBack()
    {
        using var _ = Enter();
        bool isSameSize = Array.TrueForAll(_memories, static m => m.CanRollBack)
            && Array.TrueForAll(_tables, static t => t.CanRollBack);
        if (!isSameSize || !_drops.CanRollBack)
        {
            return false;
        }

        Array.ForEach(_memories, static m => m.RollBack());
        Array.ForEach(_tables, static t => t.RollBack());
        _globals.RollBack();
        return true;
    }

    /// <summary>Writes a captured or saved delta to the instance. It becomes part of the state that
    /// <see cref="RollBack"/> returns to.</summary>
    /// <param name="delta">What <see cref="Capture"/> or <see cref="Save"/> returned, possibly in another
    /// process.</param>
    /// <exception cref="WasmError"><c>state.corrupt</c>: the delta is damaged, belongs to another module, or comes
    /// out of order; nothing was changed. <c>memory.grow_failed</c>, <c>table.grow_failed</c> or <c>host.full</c>:
    /// the state has no room in this store; replace the store.</exception>
    public void Apply(ReadOnlySpan<byte> delta)
    {
        using var _ = Enter();
        var decoded = StateDelta.Decode(delta);
        Prepare();
        Check(decoded);
        _isFresh = false;
        foreach (var change in decoded.Memories)
        {
            MemoryOf(change.Index)!.Grow(change);
        }

        foreach (var change in decoded.Tables)
        {
            TableOf(change.Index)!.Grow(change);
        }

        foreach (var change in decoded.Memories)
        {
            MemoryOf(change.Index)!.Apply(change, delta);
        }

        decoded.Globals.ForEach(_globals.Apply);
        decoded.Tables.ForEach(change => TableOf(change.Index)!.Apply(change));
        decoded.Drops.ForEach(_drops.Apply);
    }

    /// <summary>Returns the whole state as one delta against a fresh instance of the same module. What
    /// <see cref="Capture"/> returns next is not affected.</summary>
    /// <exception cref="WasmError"><c>state.unsupported</c>, as <see cref="Capture"/>.</exception>
    public byte[] Save()
    {
        using var _ = Enter();
        Prepare();
        var output = Begin(isWhole: true, out var scratch);
        for (int i = 0; i < _memories.Length; i++)
        {
            _memories[i].Save(output, scratch, _pristineLengths[i]);
        }

        _globals.Save(output);
        Array.ForEach(_tables, table => table.Save(output));
        _drops.Save(output);
        return End(output);
    }

    /// <summary>Returns the last captured state as one delta against a fresh instance, whatever the instance has
    /// become since. After <see cref="RollBack"/> returned false, apply it to the instance in the new
    /// store.</summary>
    public byte[] SaveCaptured()
    {
        using var _ = Enter();
        var output = Begin(isWhole: true, out var scratch);
        for (int i = 0; i < _memories.Length; i++)
        {
            _memories[i].SaveCaptured(output, scratch, _pristineLengths[i]);
        }

        _globals.SaveCaptured(output);
        Array.ForEach(_tables, table => table.SaveCaptured(output));
        _drops.SaveCaptured(output);
        return End(output);
    }

    /// <summary>Releases what was kept of the state. The instance is not affected.</summary>
    public void Dispose()
    {
        _disposed = true;
        (_memories, _tables) = ([], []);
    }

    /// <summary>Begins to track an instance in a certain way, where the system has it.</summary>
    internal static InstanceState Attach(WasmInstance instance, PagePlan plan) =>
        new(instance, StateMap.Of(instance.Module), plan);

    private static ByteWriter Begin(bool isWhole, out ByteWriter scratch)
    {
        var output = t_output ??= new ByteWriter();
        scratch = t_scratch ??= new ByteWriter();
        StateDelta.Begin(output, isWhole);
        return output;
    }

    private static byte[] End(ByteWriter output)
    {
        StateDelta.End(output);
        byte[] delta = output.ToArray();
        if (Math.Max(output.Capacity, t_scratch!.Capacity) > LargestScratch)
        {
            (t_output, t_scratch) = (null, null);
        }

        return delta;
    }

    private WasmStore.Entry Enter()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _instance.Store.Enter();
    }

    // What can fail comes before anything is captured.
    private void Prepare()
    {
        _globals.Prepare();
        Array.ForEach(_tables, static t => t.Prepare());
    }

    private void Check(StateDelta delta)
    {
        if (delta.IsWhole && !_isFresh)
        {
            throw StateDelta.Corrupt("it holds a whole state, and the instance has one already");
        }

        foreach (var change in delta.Memories)
        {
            var memory = MemoryOf(change.Index);
            Require(memory is null ? $"the module has no memory {change.Index}" : memory.Problem(change));
        }

        foreach (var change in delta.Tables)
        {
            var table = TableOf(change.Index);
            Require(table is null ? $"the module has no table {change.Index} that changes" : table.Problem(change));
        }

        delta.Globals.ForEach(change => Require(_globals.Problem(change)));
        foreach (int ordinal in delta.Drops)
        {
            Require(_drops.Has(ordinal) ? null : $"the module has no segment {ordinal} that can be dropped");
        }
    }

    private static void Require(string? problem)
    {
        if (problem is not null)
        {
            throw StateDelta.Corrupt(problem);
        }
    }

    private T At<T>(int export)
        where T : WasmExtern => (T)_instance.Exports.At(export)!;

    private TrackedMemory? MemoryOf(int index) => Array.Find(_memories, m => m.Index == index);

    private TrackedTable? TableOf(int index) => Array.Find(_tables, t => t.Index == index);
}
