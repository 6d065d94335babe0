using WasmActors.Actors.Imports;
using WasmActors.Actors.Messages;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Values;
using static WasmActors.Actors.Messages.StoreProtocol;

namespace WasmActors.Resilience.Protocol;

/// <summary>Messages to a store's actor, of every kind that the protocol has, mostly with something odd in them.</summary>
/// <param name="values">What is in them.</param>
/// <param name="modules">Modules that can be instantiated, and one that has been disposed.</param>
internal sealed class OddMessages(OddValues values, IReadOnlyList<WasmModule> modules)
{
    private static readonly HostFunc s_host = HostFunc.Create(static (int x) => x, "odd");
    private static readonly FuncType s_type = new([ValType.I32], [ValType.I32]);

    private readonly Func<OddValues, IReadOnlyList<WasmModule>, Command>[] _makers =
    [
        static (v, m) => new Instantiate(v.OneOf(4) ? null! : v.Pick(m), v.OneOf(4) ? null! : Imports(v)),
        static (v, m) => new InstantiateInOrder(v.OneOf(4) ? null! : v.Pick(m), v.OneOf(4) ? null! : [.. Enumerable.Range(0, v.OneOf(9) ? 500 : 1).Select(_ => v.Id())]),
        static (v, _) => new Call(v.Id(), v.Values()),
        static (v, _) => new Call(v.Asking, [Val.I32(v.Int())]),
        static (v, _) => new Call(v.Asking, [Val.I32(v.Int())]),
        static (v, _) => new CallBatch(v.OneOf(4) ? null! : [.. Enumerable.Range(0, 4).Select(_ => v.OneOf(8) ? null! : new Call(v.Id(), v.Values()))]),
        static (v, _) => new RunCommand(v.Int()),
        static (v, _) => new CreateFunc(v.OneOf(2) ? null! : s_host),
        static (v, _) => new CreateServedFunc(v.OneOf(2) ? null! : new ServedFunc("env", "odd", s_type, v.OneOf(2) ? null : "nobody")),
        static (v, _) => new CreateMemory(v.Memory()!),
        static (v, _) => new CreateTable(v.Table()!, v.OneOf(2) ? null : v.Value()),
        static (v, _) => new CreateGlobal(v.Global()!, v.Value()),
        static (v, _) => new ReadMemory(v.Id(), v.Number(), v.Int()),
        static (v, _) => new WriteMemory(v.Id(), v.OneOf(2) ? v.Number() : 65_000, v.Bytes()),
        static (v, _) => new GetSize(v.Id()),
        static (v, _) => new GrowMemory(v.Id(), v.OneOf(3) ? 0 : v.Number()),
        static (v, _) => new GrowTable(v.Id(), v.Number(), v.OneOf(2) ? null : v.Value()),
        static (v, _) => new GetElement(v.Id(), v.Number()),
        static (v, _) => new SetElement(v.Id(), v.Number(), v.Value()),
        static (v, _) => new GetGlobal(v.Id()),
        static (v, _) => new SetGlobal(v.Id(), v.Value()),
        static (v, _) => new GetExternType(v.Id()),
        static (_, _) => new GetFuel(),
        static (v, _) => new SetFuel(unchecked((ulong)v.Number())),
        static (_, _) => new GetData(),
        static (v, _) => new SetData(v.OneOf(2) ? null : v.Handle()),
        static (_, _) => new CollectGuestHeap(),
        static (_, _) => new GetStatus(),
        static (_, _) => new Unknown(),
    ];

    private CallChain? _chain;

    /// <summary>The chain of a call that waits or has waited, to be sent with others.</summary>
    internal CallChain? Chain
    {
        set => Volatile.Write(ref _chain, value);
    }

    /// <summary>The next command, which must be answered once.</summary>
    internal Command Next() => values.Pick(_makers)(values, modules) with
    {
        Within = values.Time(),
        Chain = values.OneOf(5) ? Volatile.Read(ref _chain) : null,
    };

    /// <summary>Something that asks for no answer, or is none of a store's.</summary>
    internal object Stray() => values.Pick<Func<object>>(
    [
        () => new ImportProtocol.ImportReturned(new ImportId(values.Int(), values.Int()), values.OneOf(2) ? null! : values.Values()),
        () => new ImportProtocol.ImportTrapped(new ImportId(values.Int(), values.Int()), values.OneOf(2) ? null! : new WasmFailure(null!, null!)),
        () => Done.Instance,
        () => new Failed(null!),
        () => new Returned(default),
        () => "text",
        () => new SupervisionDecision(1, 1, SupervisionAction.Stop, null!, null!, default),
        () => 42,
    ])();

    private static ImportMap Imports(OddValues values)
    {
        var map = new ImportMap(new ImportSet { Unknown = values.OneOf(2) ? UnknownImports.Trap : UnknownImports.Fail });
        if (values.OneOf(2))
        {
            map.Define("env", "host", values.Handle());
        }

        return map;
    }

    private sealed record Unknown : Command;
}
