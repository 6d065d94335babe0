using Akka.Actor;
using WasmActors.Actors.Imports;
using WasmActors.Actors.Messages;
using WasmActors.Actors.Requests;
using WasmActors.Actors.Stores;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Values;

namespace WasmActors.Actors.Handles;

/// <summary>A store that lives in an actor. A handle: plain data that may be kept, shared and sent within the
/// process.</summary>
/// <remarks>Using it after the store has gone is <c>store.gone</c>, at once. A store that was replaced keeps its
/// handles.</remarks>
public sealed class StoreRef
{
    internal StoreRef(StoreCell cell) => Cell = cell;

    /// <summary>Number of the store, as in logs.</summary>
    public long Id => Cell.Id;

    /// <summary>True once the store has gone.</summary>
    public bool IsGone => Cell.IsGone;

    /// <summary>The store's actor, which takes the commands of <see cref="StoreProtocol"/>.</summary>
    public IActorRef Actor => Cell.Actor;

    internal StoreCell Cell { get; }

    /// <summary>Instantiates a module with its imports found by name.</summary>
    /// <exception cref="WasmException">An import is missing or of another type, a limit stands against it, the start
    /// function trapped, or the store has gone.</exception>
    public ValueTask<InstanceRef> InstantiateAsync(WasmModule module, ImportMap? imports = null, CallOptions options = default)
    {
        ArgumentNullException.ThrowIfNull(module);
        return InstantiateAsync(module, new StoreProtocol.Instantiate(module, imports ?? ImportMap.None), options);
    }

    /// <summary>Instantiates a module with its imports in the module's import order.</summary>
    /// <exception cref="WasmException">There are too few or too many, one is of another kind or type or belongs to
    /// another store, or as <see cref="InstantiateAsync(WasmModule, ImportMap?, CallOptions)"/>.</exception>
    public async ValueTask<InstanceRef> InstantiateAsync(WasmModule module, IReadOnlyList<ExternRef> imports, CallOptions options = default)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(imports);
        foreach (var import in imports)
        {
            ArgumentNullException.ThrowIfNull(import, nameof(imports));
            if (!ReferenceEquals(import.Store.Cell, Cell))
            {
                throw new WasmError(ErrorCode.WrongStore, $"The import {import.Type} belongs to store {import.Store.Id}, not to store {Id}: objects cannot be shared between stores.");
            }
        }

        return await InstantiateAsync(module, new StoreProtocol.InstantiateInOrder(module, [.. imports.Select(static i => i.Id)]), options).ConfigureAwait(false);
    }

    /// <summary>Makes a host function in the store. The delegate runs on the store's thread while the guest
    /// waits.</summary>
    /// <param name="type">The type that guests see; null to take it from the delegate's own types.</param>
    /// <param name="callback">The delegate, see <see cref="HostFunc"/>.</param>
    /// <param name="wantsCaller">Whether its first parameter is the <see cref="WasmCaller"/>.</param>
    /// <param name="name">For messages; default: the delegate's method.</param>
    /// <param name="cancellation">Gives the wait up.</param>
    /// <exception cref="WasmError"><c>host.bad_signature</c>, <c>store.gone</c></exception>
    public async ValueTask<FuncRef> CreateFuncAsync(FuncType? type, Delegate callback, bool wantsCaller = false, string? name = null, CancellationToken cancellation = default)
    {
        var definition = type is null ? HostFunc.Create(callback, name) : HostFunc.Create(type, callback, wantsCaller, name);
        return new FuncRef(this, await CreateAsync(new StoreProtocol.CreateFunc(definition), cancellation).ConfigureAwait(false), definition.Type);
    }

    /// <summary>Makes a function in the store that is answered by an actor, see <see cref="ImportMap.Serve(string,
    /// string, FuncType, IActorRef, TimeSpan?)"/>.</summary>
    /// <exception cref="WasmError"><c>link.needs_preemptive</c>, <c>store.gone</c></exception>
    public async ValueTask<FuncRef> CreateServedFuncAsync(string name, FuncType type, IActorRef server, TimeSpan? within = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(type);
        ArgumentNullException.ThrowIfNull(server);
        var definition = new ServedFunc("", name, type, new ImportServer.ToActor(server, within ?? ImportServer.DefaultWithin));
        return new FuncRef(this, await CreateAsync(new StoreProtocol.CreateServedFunc(definition), cancellation).ConfigureAwait(false), type);
    }

    /// <summary>What the store is doing: answered at once also while a guest is paused.</summary>
    /// <exception cref="WasmError"><c>store.gone</c></exception>
    public ValueTask<StoreStatus> GetStatusAsync(CancellationToken cancellation = default) =>
        SendAsync<StoreStatus>(new StoreProtocol.GetStatus(), null, cancellation);

    /// <summary>Makes a memory in the store.</summary>
    /// <exception cref="WasmError"><c>store.limit_exceeded</c>, <c>store.gone</c></exception>
    public async ValueTask<MemoryRef> CreateMemoryAsync(MemoryType type, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(type);
        return new MemoryRef(this, await CreateAsync(new StoreProtocol.CreateMemory(type), cancellation).ConfigureAwait(false), type);
    }

    /// <summary>Makes a table in the store.</summary>
    /// <exception cref="WasmError"><c>value.wrong_type</c>, <c>store.limit_exceeded</c>, <c>store.gone</c></exception>
    public async ValueTask<TableRef> CreateTableAsync(TableType type, object? initial = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(type);
        Val? value = initial is null ? null : HandleValues.Convert(initial, type.Element, "Element of a table");
        return new TableRef(this, await CreateAsync(new StoreProtocol.CreateTable(type, value), cancellation).ConfigureAwait(false), type);
    }

    /// <summary>Makes a global in the store.</summary>
    /// <exception cref="WasmError"><c>value.wrong_type</c>, <c>store.gone</c></exception>
    public async ValueTask<GlobalRef> CreateGlobalAsync(GlobalType type, object? value, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(type);
        var content = HandleValues.Convert(value, type.Content, "Value of a global");
        return new GlobalRef(this, await CreateAsync(new StoreProtocol.CreateGlobal(type, content), cancellation).ConfigureAwait(false), type);
    }

    /// <summary>Calls of any functions of the store in one message, one after the other; a failed one does not stop
    /// those after it.</summary>
    /// <returns>A <see cref="StoreProtocol.Returned"/> or <see cref="StoreProtocol.Failed"/> for each call, in
    /// order.</returns>
    /// <exception cref="ArgumentException">The list or one of its calls is null.</exception>
    public async ValueTask<IReadOnlyList<object>> CallBatchAsync(IReadOnlyList<StoreProtocol.Call> calls, CallOptions options = default)
    {
        ArgumentNullException.ThrowIfNull(calls);
        var batch = new StoreProtocol.CallBatch(calls);
        return Array.IndexOf(batch.Copy!, null) is >= 0 and var at
            ? throw new ArgumentException($"The call at {at} is null.", nameof(calls))
            : (await SendAsync<StoreProtocol.BatchReturned>(batch, options).ConfigureAwait(false)).Replies;
    }

    /// <summary>Fuel that is left.</summary>
    /// <exception cref="WasmError"><c>engine.bad_settings</c>: the engine does not count fuel;
    /// <c>store.gone</c></exception>
    public async ValueTask<ulong> GetFuelAsync(CancellationToken cancellation = default) =>
        (await SendAsync<StoreProtocol.Fuel>(new StoreProtocol.GetFuel(), null, cancellation).ConfigureAwait(false)).Value;

    /// <summary>Sets the fuel that is left.</summary>
    /// <exception cref="WasmError"><c>engine.bad_settings</c>: the engine does not count fuel;
    /// <c>store.gone</c></exception>
    public async ValueTask SetFuelAsync(ulong fuel, CancellationToken cancellation = default) =>
        await SendAsync<StoreProtocol.Done>(new StoreProtocol.SetFuel(fuel), null, cancellation).ConfigureAwait(false);

    /// <summary>The store's data.</summary>
    public async ValueTask<object?> GetDataAsync(CancellationToken cancellation = default) =>
        (await SendAsync<StoreProtocol.Data>(new StoreProtocol.GetData(), null, cancellation).ConfigureAwait(false)).Value;

    /// <summary>Sets the store's data. It is shared with the store's thread: immutable objects are best.</summary>
    public async ValueTask SetDataAsync(object? data, CancellationToken cancellation = default) =>
        await SendAsync<StoreProtocol.Done>(new StoreProtocol.SetData(data), null, cancellation).ConfigureAwait(false);

    /// <summary>Collects the guest's heap: structs, arrays, exceptions and external references nobody holds any
    /// more.</summary>
    public async ValueTask CollectGuestHeapAsync(CancellationToken cancellation = default) =>
        await SendAsync<StoreProtocol.Done>(new StoreProtocol.CollectGuestHeap(), null, cancellation).ConfigureAwait(false);

    /// <summary>Ends the store once what was sent before is done, and waits until it has gone, however long that takes
    /// and even if the queue is full. Does nothing when it has gone.</summary>
    /// <exception cref="WasmError"><c>call.cancelled</c>: the store was not stopped.</exception>
    public async ValueTask StopAsync(CancellationToken cancellation = default)
    {
        try
        {
            var request = new CommandRequest<StoreProtocol.Done>(new StoreProtocol.Stop());
            var answer = request.Task;
            request.SendInAnyCase(Cell, cancellation);
            await answer.ConfigureAwait(false);
        }
        catch (WasmError gone) when (gone.Code == ErrorCode.StoreGone)
        {
            // Somebody else stopped it.
        }
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is StoreRef other && ReferenceEquals(Cell, other.Cell);

    /// <inheritdoc/>
    public override int GetHashCode() => Id.GetHashCode();

    /// <inheritdoc/>
    public override string ToString() => $"store {Id}{(IsGone ? " (gone)" : "")}";

    internal ValueTask<TReply> SendAsync<TReply>(StoreProtocol.Command command, TimeSpan? within, CancellationToken cancellation)
        where TReply : class => SendAsync<TReply>(command, new CallOptions(within, cancellation));

    internal ValueTask<TReply> SendAsync<TReply>(StoreProtocol.Command command, CallOptions options)
        where TReply : class
    {
        try
        {
            return Send(new CommandRequest<TReply>(command), options);
        }
        catch (WasmException refused)
        {
            return ValueTask.FromException<TReply>(refused);
        }
    }

    internal ValueTask<TResult> Send<TResult>(StoreRequest<TResult> request, CallOptions options)
    {
        var answer = request.Task;
        var served = ServedContext.Current;
        long deadline = Cell.DeadlineOf(options.Within);
        request.Chain = options.Chain ?? served?.Chain;
        if (request.TrySend(Cell, served is null ? deadline : Math.Min(deadline, Cell.DeadlineFrom(served)), options.Cancellation, options.OnThisThread && served is null) is { } refusal)
        {
            request.Refused();
            return ValueTask.FromException<TResult>(refusal); // not thrown here: who is refused often is told cheaply
        }

        return answer;
    }

    private ValueTask<InstanceRef> InstantiateAsync(WasmModule module, StoreProtocol.Command command, CallOptions options)
    {
        try
        {
            return Send(new InstanceRequest(this, module, command), options);
        }
        catch (WasmException refused)
        {
            return ValueTask.FromException<InstanceRef>(refused);
        }
    }

    private async ValueTask<ExternId> CreateAsync(StoreProtocol.Command command, CancellationToken cancellation) =>
        (await SendAsync<StoreProtocol.Created>(command, null, cancellation).ConfigureAwait(false)).Id;
}
