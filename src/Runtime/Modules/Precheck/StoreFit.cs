using System.Globalization;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Limits;
using WasmActors.Runtime.Modules.Binary;
using WasmActors.Runtime.Modules.Compilation;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Modules.Precheck;

/// <summary>Rejects modules whose instance cannot begin within a store's limits, by their binary alone.</summary>
internal static class StoreFit
{
    /// <summary>Checks an instance that is the first in its store.</summary>
    /// <param name="wasm">The module's binary.</param>
    /// <param name="traits">What its code may do.</param>
    /// <param name="outline">Its imports.</param>
    /// <param name="limits">The store's.</param>
    /// <exception cref="WasmError"><c>store.limit_exceeded</c></exception>
    internal static void Check(ReadOnlySpan<byte> wasm, ModuleTraits traits, ModuleOutline outline, StoreLimits limits)
    {
        if (!outline.IsWhole || !ModuleBinary.TryRead(wasm, out var binary, out _))
        {
            return; // compiling says what is wrong
        }

        var demand = ModuleDemand.Of(binary, traits, outline.Imports.Count(static i => i.Kind == ExternKind.Memory));
        Require(demand.Memories.Count, limits.Memories, "memories", nameof(limits.Memories));
        Require(demand.Tables.Count, limits.Tables, "tables", nameof(limits.Tables));
        if (limits.MemoryBytes is { } bytes)
        {
            Budget.OfMemory(bytes, limits.LargestMemoryBytes).Admit(demand.Memories, binary!.UsesGuestHeap, demand.RunsCode);
        }

        if (limits.TableElements is { } elements)
        {
            Budget.OfTables(elements, limits.LargestTableElements).Admit(demand.Tables, usesHeap: false, demand.RunsCode);
        }
    }

    private static void Require(int count, int? limit, string what, string name)
    {
        if (count > limit)
        {
            throw new WasmError(
                ErrorCode.LimitExceeded,
                string.Create(CultureInfo.InvariantCulture, $"The module has {count:N0} {what}, and the store may have {limit:N0} (StoreLimits.{name})."));
        }
    }
}
