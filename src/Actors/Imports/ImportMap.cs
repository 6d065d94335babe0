using Akka.Actor;
using WasmActors.Actors.Handles;
using WasmActors.Actors.Messages;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Values;

namespace WasmActors.Actors.Imports;

/// <summary>
/// What an instantiation may import, by <c>module::name</c>: an <see cref="ImportSet"/> of host functions and WASI, functions that
/// are answered later by an actor, a delegate or another store, and objects of the same store by their handles. Immutable once it
/// was sent.
/// </summary>
public sealed class ImportMap
{
    private static readonly Dictionary<(string Module, string Name), ExternRef> s_noItems = [];

    private Dictionary<(string Module, string Name), ExternRef>? _items;
    private ImportSet? _served;

    /// <summary>A map over a set.</summary>
    /// <param name="set">Host functions and WASI; null for none.</param>
    public ImportMap(ImportSet? set = null) => Set = set ?? ImportSet.Empty;

    /// <summary>The host functions and WASI.</summary>
    public ImportSet Set { get; }

    /// <summary>The set with what is answered later.</summary>
    internal ImportSet Combined => _served ?? Set;

    internal IReadOnlyDictionary<(string Module, string Name), ExternRef> Items => _items ?? s_noItems;

    /// <summary>For modules without imports; never changed.</summary>
    internal static ImportMap None { get; } = new();

    /// <summary>A set alone is a map.</summary>
    public static implicit operator ImportMap(ImportSet set) => new(set);

    /// <summary>Lets an actor answer an import: it gets an <see cref="ImportProtocol.ImportCall"/> for each use, and its answer can take
    /// its time; the guest waits without a thread.</summary>
    /// <param name="module">First name of the import.</param>
    /// <param name="name">Second name of the import.</param>
    /// <param name="type">The type that guests see.</param>
    /// <param name="server">The actor. When it ends, guests that wait for it fail with <c>import.server_gone</c>.</param>
    /// <param name="within">Time for one answer, default 15 s; then the guest fails with <c>import.deadline_exceeded</c>. The call's own
    /// deadline holds as well.</param>
    /// <exception cref="WasmError"><c>link.duplicate_definition</c></exception>
    public ImportMap Serve(string module, string name, FuncType type, IActorRef server, TimeSpan? within = null)
    {
        ArgumentNullException.ThrowIfNull(server);
        return Add(module, name, type, new ImportServer.ToActor(server, Time(within)));
    }

    /// <summary>Lets an actor answer every function that a guest imports from a module and that is not defined otherwise; otherwise as
    /// <see cref="Serve(string, string, FuncType, IActorRef, TimeSpan?)"/>.</summary>
    public ImportMap ServeModule(string module, IActorRef server, TimeSpan? within = null)
    {
        ArgumentNullException.ThrowIfNull(server);
        Own().DefineServedModule(module, new ImportServer.ToActor(server, Time(within)));
        return this;
    }

    /// <summary>Lets a function of another store answer an import. Numbers and the host's objects can pass; references into a store cannot.</summary>
    /// <param name="module">First name of the import.</param>
    /// <param name="name">Second name of the import.</param>
    /// <param name="function">The function; its type is the import's.</param>
    /// <param name="within">Time for one answer, default 15 s; then the guest fails with <c>import.deadline_exceeded</c>.</param>
    /// <exception cref="WasmError"><c>link.duplicate_definition</c></exception>
    public ImportMap Serve(string module, string name, FuncRef function, TimeSpan? within = null)
    {
        ArgumentNullException.ThrowIfNull(function);
        return Add(module, name, function.Type, new ImportServer.ToGuest(function, Time(within)));
    }

    /// <summary>Lets a delegate answer an import later: it returns a <see cref="Task"/> or <see cref="ValueTask"/>, of a value, a tuple or
    /// a list for results. A <see cref="CallerRef"/> as its first parameter reaches the waiting instance. Calls of guests that it
    /// makes carry the chain and end with the import's deadline by themselves.</summary>
    /// <param name="module">First name of the import.</param>
    /// <param name="name">Second name of the import.</param>
    /// <param name="callback">The delegate. It runs on the thread pool. A <see cref="Trap"/> that it throws becomes the caller's trap; any
    /// other exception the cause of <c>host.exception</c>.</param>
    /// <param name="type">The type that guests see; null to take it from the delegate's own types.</param>
    /// <param name="within">Time for one answer, default 15 s; then the guest fails with <c>import.deadline_exceeded</c>.</param>
    /// <exception cref="WasmError"><c>link.duplicate_definition</c>, <c>host.bad_signature</c></exception>
    public ImportMap Serve(string module, string name, Delegate callback, FuncType? type = null, TimeSpan? within = null)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var thunk = AsyncThunk.Create($"{module}::{name}", type, callback);
        return Add(module, name, thunk.Type, new ImportServer.ToDelegate(thunk, Time(within)));
    }

    /// <summary>Defines an object of the store that will instantiate.</summary>
    /// <exception cref="WasmError"><c>link.duplicate_definition</c></exception>
    public ImportMap Define(string module, string name, ExternRef item)
    {
        ArgumentNullException.ThrowIfNull(item);
        return (_items ??= []).TryAdd((module, name), item)
            ? this
            : throw new WasmError(ErrorCode.DuplicateDefinition, $"{GuestText.Clean($"{module}::{name}", GuestText.NameLimit)} is defined already: a name can be defined once in a map.");
    }

    /// <summary>Defines all exports of an instance under one module name.</summary>
    /// <exception cref="WasmError"><c>link.duplicate_definition</c></exception>
    public ImportMap DefineInstance(string module, InstanceRef instance)
    {
        ArgumentNullException.ThrowIfNull(instance);
        foreach (var (name, item) in instance.Exports)
        {
            Define(module, name, item);
        }

        return this;
    }

    private static TimeSpan Time(TimeSpan? within)
    {
        var time = within ?? ImportServer.DefaultWithin;
        return time > TimeSpan.Zero || time == Timeout.InfiniteTimeSpan
            ? time
            : throw new WasmError(ErrorCode.BadSettings, $"The time for an answer is {time}; it must be positive, or infinite.");
    }

    private ImportMap Add(string module, string name, FuncType type, ImportServer server)
    {
        ArgumentNullException.ThrowIfNull(type);
        Own().Define(module, name, new ServedFunc(module, name, type, server));
        return this;
    }

    private ImportSet Own() => _served ??= Set.Copy();
}
