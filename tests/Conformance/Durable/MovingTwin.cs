using WasmActors.Conformance.Running;
using WasmActors.Conformance.Scripts;
using WasmActors.Conformance.Values;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.State;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Values;

namespace WasmActors.Conformance.Durable;

/// <summary>An instance that does what another does, and whose whole state moves to a fresh store after every
/// action.</summary>
internal sealed class MovingTwin : IDisposable
{
    // Of so many moves, one takes the whole state; the others take that one and the captures after it.
    private const int Cycle = 8;

    private readonly DurableHost _host;
    private readonly WasmModule _module;
    private readonly List<byte[]> _deltas = [];
    private WasmInstance _instance;
    private InstanceState _state;
    private byte[] _whole;
    private int _moves;

    /// <param name="host">What it shares with others.</param>
    /// <param name="rewritten">The rewritten module.</param>
    public MovingTwin(DurableHost host, byte[] rewritten)
    {
        _host = host;
        _module = host.Compile(rewritten);
        (_instance, _state) = Fresh();
        _instance.TryGetFunc(StateRewriter.Start)?.Call();
        _whole = [];
        Move();
    }

    /// <summary>The results of an action as text that is equal for equal results.</summary>
    public static string Describe(IReadOnlyList<Val> results) => string.Join(' ', results.Select(Describe));

    /// <summary>Performs an action, and moves.</summary>
    /// <returns>The results as text, or the code of the failure.</returns>
    public string Perform(ScriptAction action, object?[] arguments)
    {
        string answer;
        try
        {
            answer = action is ScriptAction.Invoke
                ? Describe(_instance.GetFunc(action.Export).Call((ReadOnlySpan<object?>)arguments))
                : Describe(_instance.GetGlobal(action.Export).Get());
        }
        catch (WasmException failure)
        {
            UndoAndRepeat();
            _host.Tally.AddMove();
            return failure.Code;
        }

        Move();
        _host.Tally.AddMove();
        return answer;
    }

    public void Dispose()
    {
        _state.Dispose();
        _instance.Store.Dispose();
        _module.Dispose();
    }

    private static string Describe(Val value) => value.Kind switch
    {
        ValKind.V128 => value.AsV128().ToString(),
        < ValKind.V128 => $"{value.Kind}:{NumberText.BitsOf(value):x}",
        ValKind.ExternRef => $"{value.Kind}:{(value.IsNull ? "null" : value.AsExternRef() is HostObject host ? host.ToString() : "object")}",
        _ => $"{value.Kind}:{(value.IsNull ? "null" : "reference")}",
    };

    private void Move()
    {
        byte[] whole = _state.Save();
        byte[]? delta = _state.Capture();
        if (_moves++ % Cycle == 0)
        {
            _deltas.Clear();
            _deltas.Add(whole);
        }
        else if (delta is not null)
        {
            _deltas.Add(delta);
        }

        _whole = whole;
        Replace([.. _deltas]);
        if (_host.Spoils)
        {
            Spoil();
            return; // what the actions return has to show it
        }

        Expect(whole, "moved");
    }

    // A failed call of a durable key changes nothing. The script expects what the call did before it failed, so that is
    // restored afterwards.
    private void UndoAndRepeat()
    {
        byte[] after = _state.Save();
        bool isUndone = _state.RollBack();
        _host.Tally.AddRollBack(isUndone);
        if (!isUndone)
        {
            Replace([.. _deltas]);
        }

        if (!_host.Spoils)
        {
            Expect(_whole, isUndone ? "rolled back" : "replaced");
        }

        Replace(after);
        _moves = 0;
        Move();
    }

    private void Expect(byte[] whole, string what)
    {
        if (!_state.Save().AsSpan().SequenceEqual(whole))
        {
            throw new FormFailure("the same state in memories, globals, tables and segments", $"another one after it was {what}");
        }
    }

    private void Replace(params byte[][] deltas)
    {
        var old = _instance.Store;
        (_instance, _state) = Fresh();
        old.Dispose();
        Array.ForEach(deltas, d => _state.Apply(d));
    }

    private (WasmInstance Instance, InstanceState State) Fresh()
    {
        var store = _host.NewStore();
        try
        {
            var instance = store.Instantiate(_module, DurableHost.Spectest(store));
            return (instance, InstanceState.Attach(instance));
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    private void Spoil()
    {
        if (_instance.TryGetExport("$wa.m0") is WasmMemory { Length: > 0 } memory)
        {
            memory.Write(0, (byte)(memory.Read<byte>(0) ^ 1));
        }

        if (_instance.Exports.FirstOrDefault(static e => e.Key.StartsWith("$wa.g", StringComparison.Ordinal)).Value is WasmGlobal global
            && global.Get() is { Kind: ValKind.I32 } value)
        {
            global.Set(value.AsI32() ^ 1);
        }
    }
}
