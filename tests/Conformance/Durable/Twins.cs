using WasmActors.Actors.Handles;
using WasmActors.Conformance.Running;
using WasmActors.Conformance.Scripts;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.State;
using WasmActors.Runtime.Values;

namespace WasmActors.Conformance.Durable;

/// <summary>The moving twins of a script's instances.</summary>
internal sealed class Twins(DurableHost host, Func<WasmModule, byte[]> binaryOf) : IDisposable
{
    private readonly Dictionary<InstanceRef, MovingTwin> _twins = new(ReferenceEqualityComparer.Instance);

    /// <summary>Ends the twins of instances that another imports something of: it can change their state, even if it
    /// fails to be made.</summary>
    public void Share(IEnumerable<InstanceRef> suppliers)
    {
        foreach (var supplier in suppliers)
        {
            Retire(supplier, "another instance imports something of it");
        }
    }

    /// <summary>Makes a twin of a new instance, unless its state cannot be saved.</summary>
    /// <param name="instance">The instance.</param>
    /// <param name="module">Its module.</param>
    /// <param name="isLinked">Whether it imports something of another instance.</param>
    public void Add(InstanceRef instance, WasmModule module, bool isLinked)
    {
        if (isLinked)
        {
            host.Tally.Refuse("it imports something of another instance");
            return;
        }

        byte[] rewritten;
        try
        {
            rewritten = StateRewriter.Rewrite(binaryOf(module));
        }
        catch (WasmError refused) when (refused.Code == ErrorCode.StateUnsupported)
        {
            host.Tally.Refuse(refused.Message.Split(": ")[1].Split(". ")[0]);
            return;
        }

        _twins.Add(instance, new MovingTwin(host, rewritten));
        host.Tally.AddInstance();
    }

    /// <summary>Repeats an action on the twin.</summary>
    /// <param name="instance">The instance that performed it.</param>
    /// <param name="action">The action.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="answer">The results or the code of the failure, of the instance.</param>
    /// <exception cref="FormFailure">The twin has another answer or another state.</exception>
    public void Repeat(InstanceRef instance, ScriptAction action, object?[] arguments, string answer)
    {
        if (arguments.Any(static a => a is Val { Kind: ValKind.AnyRef or ValKind.ExnRef, IsNull: false }))
        {
            Retire(instance, "an argument refers to the guest's heap");
        }

        if (!_twins.TryGetValue(instance, out var twin))
        {
            return;
        }

        string other = twin.Perform(action, arguments);
        if (other != answer)
        {
            throw new FormFailure($"{action} to answer {answer} after the state moved", other);
        }
    }

    public void Dispose()
    {
        foreach (var twin in _twins.Values)
        {
            twin.Dispose();
        }
    }

    private void Retire(InstanceRef instance, string reason)
    {
        if (_twins.Remove(instance, out var twin))
        {
            twin.Dispose();
            host.Tally.Refuse(reason);
        }
    }
}
