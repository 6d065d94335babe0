using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Interop.Bridges;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Modules.Debug;

namespace WasmActors.Runtime.Stores;

// What begins work in a store.
public sealed partial class WasmStore
{
    /// <summary>The instance that was made last; null for none.</summary>
    internal WasmInstance? LastInstance { get; set; }

    /// <summary>The instantiation that is under way, the innermost; null for none.</summary>
    internal Instantiation? Instantiating { get; set; }

    // The first apart: a store whose calls do not nest needs no more.
    private FuncCall? _idleCall;
    private Stack<FuncCall>? _idleCalls;
    private bool _makesOwn;

    // Of the modules that were built with debug information; most were not.
    private List<SourceLines>? _sources;

    /// <summary>Instantiates a module with its imports found by name.</summary>
    /// <exception cref="WasmException">An import is missing or of another type, a limit stands against it, or the start function trapped.</exception>
    public WasmInstance Instantiate(WasmModule module, ImportSet? imports = null)
    {
        var work = BeginInstantiate(module, imports);
        work.RunToEnd();
        return work.Instance!;
    }

    /// <summary>Instantiates a module with its imports given in the module's import order.</summary>
    /// <exception cref="WasmException">There are too few or too many, one is of another kind or type or belongs to another store, a
    /// limit stands against it, or the start function trapped.</exception>
    public WasmInstance Instantiate(WasmModule module, IReadOnlyList<WasmExtern> imports)
    {
        ArgumentNullException.ThrowIfNull(imports);
        var work = BeginInstantiate(module, imports);
        work.RunToEnd();
        return work.Instance!;
    }

    /// <summary>Instantiates a module of the host's own. It does not count against the store's limits.</summary>
    internal WasmInstance InstantiateOwn(WasmModule module, ImportSet imports)
    {
        _ownInstances++;
        _makesOwn = true;
        try
        {
            HoldLimits();
            return Instantiate(module, imports);
        }
        finally
        {
            _makesOwn = false;
        }
    }

    /// <summary>An instantiation to be stepped by the caller.</summary>
    public Instantiation BeginInstantiate(WasmModule module, ImportSet? imports = null)
    {
        ArgumentNullException.ThrowIfNull(module);
        return new Instantiation(this, module, imports ?? ImportSet.Empty);
    }

    /// <summary>An instantiation to be stepped by the caller, with its imports in the module's import order.</summary>
    public Instantiation BeginInstantiate(WasmModule module, IReadOnlyList<WasmExtern> imports)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(imports);
        return new Instantiation(this, module, [.. imports]);
    }

    /// <summary>A call to be stepped by the caller.</summary>
    /// <exception cref="WasmError"><c>store.wrong_store</c></exception>
    public FuncCall BeginCall(WasmFunc func)
    {
        ArgumentNullException.ThrowIfNull(func);
        RequireSame(func.Store, "function");
        using var _ = Enter();
        return Rent(func);
    }

    /// <summary>A call of one of the store's own functions; the store must have been entered.</summary>
    internal FuncCall Rent(WasmFunc func)
    {
        var call = _idleCall;
        if (call is not null)
        {
            _idleCall = null;
        }
        else if (_idleCalls?.TryPop(out call) != true)
        {
            call = new FuncCall(this);
        }

        call!.Prepare(func);
        return call;
    }

    /// <summary>Takes a call back; the store must have been entered.</summary>
    internal void Return(FuncCall call)
    {
        if (_idleCall is null)
        {
            _idleCall = call;
        }
        else
        {
            (_idleCalls ??= new Stack<FuncCall>()).Push(call);
        }
    }

    /// <summary>Releases what calls that have ended keep for the next ones; the store must have been entered.</summary>
    private void ReleaseIdleCalls()
    {
        _idleCall?.ReleaseStack();
        _idleCall = null;
        while (_idleCalls?.TryPop(out var idle) == true)
        {
            idle.ReleaseStack();
        }
    }

    /// <summary>Adds source lines to the frames of modules that were built with debug information.</summary>
    private IReadOnlyList<TrapFrame> Locate(IReadOnlyList<TrapFrame> frames)
    {
        if (_sources is null)
        {
            return frames;
        }

        var located = frames.ToArray();
        for (int i = 0; i < located.Length; i++)
        {
            foreach (var source in _sources)
            {
                located[i] = source.Locate(located[i], isInnermost: i == 0);
            }
        }

        return located;
    }

    internal void RequireUsable(WasmModule module)
    {
        if (!ReferenceEquals(module.Engine, Engine))
        {
            throw new WasmError(ErrorCode.WrongStore, "The module was compiled for another engine: compile it for the store's own.");
        }

        if (module.Handle.IsClosed)
        {
            throw ModuleUse.Gone(module);
        }

        if (module.Sources is { } sources && _sources?.Contains(sources) != true)
        {
            (_sources ??= []).Add(sources);
        }
    }
}
