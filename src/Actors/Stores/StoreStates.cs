using WasmActors.Runtime.Failures;
using WasmActors.Runtime.State;
using WasmActors.Runtime.Stores;
using static WasmActors.Actors.Messages.StoreProtocol;

namespace WasmActors.Actors.Stores;

/// <summary>Captures, restores and rolls back the state of a store's instances. Used on the actor's turn.</summary>
/// <param name="instance">Finds an instance by its number.</param>
internal sealed class StoreStates(Func<int, WasmInstance> instance) : IDisposable
{
    private readonly Dictionary<int, InstanceState> _states = [];

    public void Dispose()
    {
        foreach (var state in _states.Values)
        {
            state.Dispose();
        }
    }

    /// <summary>Executes one of the commands that concern the state of an instance, and returns its reply.</summary>
    /// <exception cref="WasmError"><c>state.unsupported</c>: the instance's module was not rewritten.
    /// <c>state.corrupt</c>: what is to be restored is damaged, or of another module.</exception>
    internal object Execute(Command command)
    {
        switch (command)
        {
            case RestoreState restore:
                var state = Of(restore.Instance);
                foreach (var delta in restore.Deltas)
                {
                    state.Apply(delta.Span);
                }

                return Done.Instance;
            case CaptureState { Whole: true } capture:
                return new Captured(Of(capture.Instance).Save());
            case CaptureState capture:
                return new Captured(Of(capture.Instance).Capture());
            case RollBackState back:
                return new RolledBack(Of(back.Instance).RollBack());
            default:
                throw new InvalidOperationException($"{command.GetType().Name} does not concern a state.");
        }
    }

    private InstanceState Of(int number)
    {
        if (!_states.TryGetValue(number, out var state))
        {
            state = InstanceState.Attach(instance(number));
            _states.Add(number, state);
        }

        return state;
    }
}
