using WasmActors.Functions.Api;

namespace WasmActors.Resilience.Deploying;

/// <summary>
/// What is known of a function that one deployer changes, one change at a time. The label of the active version is its
/// state; null when it is not deployed. After a change of which nobody knows whether it was stored, either state is
/// right, and the function is not changed again.
/// </summary>
internal sealed class TrackedFunction(string name)
{
    private readonly List<string> _labels = []; // of the versions, in their order
    private string? _now;
    private string? _perhaps;
    private bool _pending;
    private int _changes;

    internal string Name => name;

    /// <summary>Whether a change ended without an answer that says what became of it.</summary>
    internal bool IsUncertain { get; private set; }

    /// <summary>Whether it is deployed.</summary>
    internal bool IsDeployed => _now is not null;

    /// <summary>Whether there is a version before the active one.</summary>
    internal bool CanRollBack => _now is not null && _labels.IndexOf(_now) > 0;

    /// <summary>Begins a deployment under a new label.</summary>
    internal void Deploy(string label) => Begin(label);

    /// <summary>Begins a rollback to the version before the active one.</summary>
    internal void RollBack() => Begin(_labels[_labels.IndexOf(_now!) - 1]);

    /// <summary>Begins a deletion.</summary>
    internal void Delete() => Begin(null);

    /// <summary>Ends what was begun.</summary>
    /// <param name="acknowledged">Whether it was acknowledged; false if it may have been stored all the same.</param>
    internal void End(bool acknowledged)
    {
        lock (_labels)
        {
            _pending = false;
            _changes++;
            IsUncertain = !acknowledged;
            if (!acknowledged)
            {
                return;
            }

            _now = _perhaps;
            if (_now is null)
            {
                _labels.Clear();
            }
            else if (!_labels.Contains(_now))
            {
                _labels.Add(_now);
                if (_labels.Count > FunctionEntry.MaxVersions)
                {
                    _labels.RemoveAt(0);
                }
            }
        }
    }

    /// <summary>The states that are right now, for <see cref="Contradicts"/>.</summary>
    internal Expectation Expect()
    {
        lock (_labels)
        {
            return new Expectation(_now, _pending || IsUncertain ? _perhaps : _now, _changes, _pending);
        }
    }

    /// <summary>Whether a node's word contradicts what was expected before it was asked. False if the function was
    /// changed meanwhile.</summary>
    internal bool Contradicts(Expectation expected, string? told)
    {
        lock (_labels)
        {
            bool unchanged = _changes == expected.Changes && _pending == expected.Pending;
            return unchanged && told != expected.Now && told != expected.Perhaps;
        }
    }

    private void Begin(string? perhaps)
    {
        lock (_labels)
        {
            (_perhaps, _pending) = (perhaps, true);
        }
    }

    /// <summary>States that are right at one time.</summary>
    internal readonly record struct Expectation(string? Now, string? Perhaps, int Changes, bool Pending);
}
