using WasmActors.Actors.Handles;
using WasmActors.Actors.Imports;
using WasmActors.Actors.Messages;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Values;
using static WasmActors.Actors.Messages.StoreProtocol;

namespace WasmActors.Actors.Stores;

// What each command does.
internal sealed partial class StoreSession
{
    /// <summary>Whether a command only looks: it is carried out at once also while a guest is paused.</summary>
    internal static bool IsLook(Command? command) => command is ReadMemory or GetSize or GetElement or GetGlobal or GetExternType or GetFuel or GetData or GetStatus;

    /// <summary>Begins what runs a guest; null for a command that does not.</summary>
    internal GuestCall? Begin(Command command) => command switch
    {
        Call call => Begin(Func(call.Func), call.Values),
        RunCommand run => Store.Rent(Instance(run.Instance).GetFunc("_start")),
        Instantiate instantiate => Store.BeginInstantiate(instantiate.Module, Imports(instantiate)),
        InstantiateInOrder instantiate => Store.BeginInstantiate(instantiate.Module, [.. instantiate.Imports.Select(Item<WasmExtern>)]),
        _ => null,
    };

    /// <summary>The reply to a command whose guest work completed.</summary>
    internal object Completed(Command command, GuestCall work) => work switch
    {
        Instantiation instantiation => new Instantiated(Add(instantiation.Instance!)),
        FuncCall when command is RunCommand => new Exited(0),
        FuncCall call => new Returned(Results(call)),
        _ => throw new InvalidOperationException($"{command.GetType().Name} has no guest work."),
    };

    /// <summary>The reply to a command whose guest work failed.</summary>
    internal static object Failed(Command command, WasmException failure) => command is RunCommand && failure is WasiExit exit
        ? new Exited(exit.Status)
        : new Failed(WasmFailure.From(failure));

    /// <summary>Does what needs no guest, and answers the reply.</summary>
    internal object Execute(Command command)
    {
        switch (command)
        {
            case CreateFunc create:
                return new Created(Add(WasmFunc.FromDefinition(Store, create.Definition)));
            case CreateServedFunc create:
                return new Created(Add(WasmFunc.FromDefinition(Store, create.Definition)));
            case CreateMemory create:
                return new Created(Add(WasmMemory.Create(Store, create.Type)));
            case CreateTable create:
                return new Created(Add(WasmTable.Create(Store, create.Type, create.Initial is { } initial ? In(initial) : null)));
            case CreateGlobal create:
                return new Created(Add(WasmGlobal.Create(Store, create.Type, In(create.Value))));
            case ReadMemory read:
                return new Bytes(Item<WasmMemory>(read.Memory).ReadBytes(read.Address, read.Length));
            case WriteMemory write:
                Item<WasmMemory>(write.Memory).Write(write.Address, Span(write));
                return Done.Instance;
            case GetSize get:
                return new Size(Item<WasmExtern>(get.Item) switch
                {
                    WasmMemory memory => memory.Length,
                    WasmTable table => table.Size,
                    var other => throw new WasmError(ErrorCode.ExportWrongKind, $"A {other.Kind.ToString().ToLowerInvariant()} has no size."),
                });
            case GrowMemory grow:
                return new Size(Item<WasmMemory>(grow.Memory).Grow(grow.Pages));
            case GrowTable grow:
                return new Size(Item<WasmTable>(grow.Table).Grow(grow.Elements, grow.Initial is { } value ? In(value) : null));
            case GetElement get:
                return new Value(Out(Item<WasmTable>(get.Table).Get(get.Index)));
            case SetElement set:
                Item<WasmTable>(set.Table).Set(set.Index, In(set.Element));
                return Done.Instance;
            case GetGlobal get:
                return new Value(Out(Item<WasmGlobal>(get.Global).Get()));
            case SetGlobal set:
                Item<WasmGlobal>(set.Global).Set(In(set.Content));
                return Done.Instance;
            case GetExternType get:
                return new TypeOf(Item<WasmExtern>(get.Item).Type);
            default:
                return ExecuteOnStore(command);
        }
    }

    private object ExecuteOnStore(Command command)
    {
        switch (command)
        {
            case GetFuel:
                return new Fuel(Store.Fuel);
            case SetFuel set:
                Store.Fuel = set.Value;
                return Done.Instance;
            case GetData:
                return new Data(Store.Data);
            case SetData set:
                Store.Data = set.Value;
                return Done.Instance;
            case RestoreState or CaptureState or RollBackState:
                return (_states ??= new StoreStates(Instance)).Execute(command);
            case CollectGuestHeap:
                Store.CollectGuestHeap();
                return Done.Instance;
            default:
                throw new WasmError(ErrorCode.EngineError, $"A store's actor does not know the command {command.GetType().Name}.");
        }
    }

    /// <summary>The results of a call as others may hold them.</summary>
    internal Results Results(FuncCall call) => call.Func.Type.IsNumeric ? call.Results : Out(call.Results);

    /// <summary>Begins a call with values that others sent.</summary>
    internal FuncCall Begin(WasmFunc func, Val[] arguments)
    {
        var work = Store.Rent(func);
        try
        {
            if (func.Type.IsNumeric)
            {
                work.SetArguments(arguments);
            }
            else
            {
                work.SetArguments([.. arguments.Select(value => In(value))]);
            }

            return work;
        }
        catch
        {
            work.GiveBack();
            throw;
        }
    }

    private Results Out(Results results)
    {
        for (int i = 0; i < results.Count; i++)
        {
            if (results[i].Kind == ValKind.FuncRef)
            {
                return new Results([.. results.Select(value => Out(value))]);
            }
        }

        return results;
    }

    private ImportSet Imports(Instantiate instantiate)
    {
        var map = instantiate.Imports;
        if (map.Items.Count == 0)
        {
            return map.Combined;
        }

        var set = map.Combined.Copy();
        foreach (var ((module, name), item) in Items(map))
        {
            RequireOwn(item.Store.Cell, GuestText.Clean($"{module}::{name}", GuestText.NameLimit));
            set.Define(module, name, Item<WasmExtern>(item.Id));
        }

        return set;
    }

    private static KeyValuePair<(string Module, string Name), ExternRef>[] Items(ImportMap map)
    {
        try
        {
            return [.. map.Items];
        }
        catch (Exception changed) when (changed is InvalidOperationException or ArgumentException or IndexOutOfRangeException)
        {
            throw new WasmError(ErrorCode.BadArguments, "The imports were changed while the store read them: do not define more once a map was sent.", changed);
        }
    }

    // A memory of the sender's own kind may throw when it is looked at.
    private static ReadOnlySpan<byte> Span(WriteMemory write)
    {
        try
        {
            return write.Value.Span;
        }
        catch (Exception unreadable)
        {
            throw new WasmError(ErrorCode.BadArguments, $"The bytes to write cannot be read: {unreadable.GetType().Name}: {GuestText.MessageOf(unreadable)}", unreadable);
        }
    }

    private void RequireOwn(StoreCell cell, string what)
    {
        if (!ReferenceEquals(cell, _cell))
        {
            throw new WasmError(ErrorCode.WrongStore, $"Import {what} belongs to store {cell.Id}, not to store {_cell.Id}: objects cannot be shared between stores.");
        }
    }
}
