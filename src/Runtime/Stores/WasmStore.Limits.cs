using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Interop.Memories;
using WasmActors.Runtime.Limits;
using WasmActors.Runtime.Modules;

namespace WasmActors.Runtime.Stores;

// What comes to the store, against its limits and the features that it allows.
public sealed partial class WasmStore
{
    private readonly Budget? _memoryBudget;
    private readonly Budget? _tableBudget;
    private (long? Memory, long? Table, int Own)? _held;
    private int _ownInstances;
    private bool _heapAdmitted;

    /// <summary>What modules may use beyond what every module may, as the store was made.</summary>
    public WasmFeatures Features { get; }

    /// <exception cref="WasmError"><c>module.feature_not_allowed</c></exception>
    internal void RequireAllowed(WasmModule module)
    {
        var missing = module.Features & ~Features;
        if (missing != WasmFeatures.None)
        {
            throw new WasmError(
                ErrorCode.FeatureNotAllowed,
                $"The module {module} uses {missing}, and the store allows {Features}: ask for it in StoreOptions.Features when the store is made, or build the module without it.");
        }
    }

    /// <summary>Counts an instance's memories and tables against the store's totals, before they are made.</summary>
    /// <exception cref="WasmError"><c>store.limit_exceeded</c></exception>
    internal Admission Admit(WasmModule module)
    {
        var demand = module.Demand;
        return Admit(demand.Memories, demand.Tables, module.UsesGuestHeap, demand.RunsCode);
    }

    /// <summary>The work that was admitted has ended.</summary>
    internal void Settle(in Admission admission, WasmModule module, WasmInstance? instance, WasmException? failure, bool wasBegun)
    {
        // Wasmtime refuses what is too much before a guest's frame is there; without a start function only a segment can fail, by a trap.
        bool wasRefused = !wasBegun || failure is WasmError { Code: ErrorCode.LimitExceeded, Origin: FailureOrigin.Store, Frames.Count: 0 } || (failure is not Trap && !module.Demand.RunsCode);
        if (instance is null && wasRefused)
        {
            Withdraw(admission);
            return;
        }

        // An instance whose start failed is no longer to be had, but stays in the store: so do its memories.
        Settle(
            admission,
            instance is null || admission.Memory is null ? null : instance.LengthOf,
            instance is null || admission.Tables is null ? null : instance.SizeOf);
    }

    /// <summary>Makes something of the host's that counts against the store's totals.</summary>
    internal T Count<T>(IReadOnlyList<Claim> memories, IReadOnlyList<Claim> tables, Func<T> make, Func<T, long> sizeOf)
    {
        var admission = Admit(memories, tables, usesHeap: false, runsCode: false);
        T made;
        try
        {
            made = make();
        }
        catch
        {
            Withdraw(admission);
            throw;
        }

        Settle(admission, _ => sizeOf(made), _ => sizeOf(made));
        return made;
    }

    /// <summary>Counts the guest's heap against the total of memory, once.</summary>
    /// <exception cref="WasmError"><c>store.limit_exceeded</c></exception>
    internal void AdmitHeap()
    {
        MemoryCreator.MakeFor(Account); // the first reference makes it
        if (!_heapAdmitted)
        {
            Admit([], [], usesHeap: true, runsCode: true);
        }
    }

    private Admission Admit(IReadOnlyList<Claim> memories, IReadOnlyList<Claim> tables, bool usesHeap, bool runsCode)
    {
        bool heapIsNew = usesHeap && !_heapAdmitted;
        var memory = memories.Count > 0 || heapIsNew ? _memoryBudget?.Admit(memories, usesHeap, runsCode) : null;
        try
        {
            var admission = new Admission(memory, tables.Count > 0 ? _tableBudget?.Admit(tables, usesHeap: false, runsCode) : null);
            _heapAdmitted |= usesHeap;
            HoldLimits();
            return admission;
        }
        catch
        {
            Withdraw(new Admission(memory, null));
            throw;
        }
    }

    private void Settle(in Admission admission, Func<Claim, long>? memorySize, Func<Claim, long>? tableSize)
    {
        if (admission.Memory is { } memory)
        {
            _memoryBudget!.Settle(memory, memorySize);
        }

        if (admission.Tables is { } tables)
        {
            _tableBudget!.Settle(tables, tableSize);
        }

        HoldLimits();
    }

    private void Withdraw(in Admission admission)
    {
        if (admission.Memory is { } memory)
        {
            _memoryBudget!.Remove(memory);
        }

        if (admission.Tables is { } tables)
        {
            _tableBudget!.Remove(tables);
        }

        HoldLimits();
    }

    private void HoldLimits()
    {
        (long? Memory, long? Table, int Own) wanted = (_memoryBudget?.Limit, _tableBudget?.Limit, _ownInstances);
        if (wanted != _held)
        {
            _held = wanted;
            _store.SetLimits(wanted.Memory, wanted.Table, Limits.Instances + wanted.Own, Limits.Tables, Limits.Memories);
        }
    }

    /// <summary>What was counted for one thing that comes to the store.</summary>
    internal readonly record struct Admission(Budget.Tenant? Memory, Budget.Tenant? Tables);
}
