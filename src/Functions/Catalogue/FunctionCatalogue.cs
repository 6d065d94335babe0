using System.Collections.Immutable;
using WasmActors.Functions.Api;
using WasmActors.Runtime.Failures;

namespace WasmActors.Functions.Catalogue;

/// <summary>What this node knows of the catalogue: read from any thread without waiting. Behind the writer by a
/// message.</summary>
public sealed class FunctionCatalogue
{
    private readonly TaskCompletionSource _known = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private readonly List<(long Revision, TaskCompletionSource Reached)> _waiters = [];
    private volatile Snapshot _now = new(0, ImmutableDictionary.Create<string, FunctionEntry>(StringComparer.Ordinal));

    internal FunctionCatalogue()
    {
    }

    /// <summary>The catalogue's revision, which grows by one with each change; 0 before anything was deployed or is
    /// known.</summary>
    public long Revision => _now.Revision;

    /// <summary>Done once this node has the catalogue as it was when the node joined.</summary>
    public Task Known => _known.Task;

    /// <summary>A deployed function, or null.</summary>
    public FunctionEntry? Find(string name) => _now.Entries.GetValueOrDefault(name) is { IsDeleted: false } entry ? entry : null;

    /// <summary>A deployed function.</summary>
    /// <exception cref="WasmError"><c>function.not_found</c></exception>
    public FunctionEntry Get(string name) => Find(name) ?? throw CatalogueState.Unknown(name);

    /// <summary>The deployed functions in the order of their names.</summary>
    public IReadOnlyList<FunctionEntry> List() =>
        [.. _now.Entries.Values.Where(static e => !e.IsDeleted).OrderBy(static e => e.Name, StringComparer.Ordinal)];

    /// <summary>Waits until this node knows a revision.</summary>
    public Task ReachAsync(long revision, CancellationToken cancellation = default)
    {
        lock (_lock)
        {
            if (Revision >= revision)
            {
                return Task.CompletedTask;
            }

            _waiters.RemoveAll(static w => w.Reached.Task.IsCompleted);
            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters.Add((revision, reached));
            return WaitAsync(reached, cancellation);
        }
    }

    /// <summary>Whether this node has joined the catalogue and knows a revision.</summary>
    internal bool Knows(long revision) => _known.Task.IsCompleted && Revision >= revision;

    /// <summary>The greatest number that a version of a function has had, deleted ones included; null where there never
    /// was one.</summary>
    internal int? LastNumber(string name) => _now.Entries.GetValueOrDefault(name)?.LastNumber;

    /// <summary>The active version of a function.</summary>
    /// <exception cref="WasmError"><c>function.not_found</c></exception>
    internal FunctionVersion Active(string name) => Get(name).ActiveVersion!;

    /// <summary>Takes over changes that follow on the revision that is known, or a catalogue that starts
    /// over.</summary>
    /// <returns>False where they leave a gap.</returns>
    internal bool Apply(CatalogueProtocol.Changes changes)
    {
        lock (_lock)
        {
            var now = _now;
            if (changes.Since > now.Revision)
            {
                return false;
            }

            if (changes.UpTo <= now.Revision && !changes.StartsOver)
            {
                EndIfKnown(changes);
                return true;
            }

            var entries = changes.StartsOver ? now.Entries.Clear() : now.Entries;
            _now = new Snapshot(changes.UpTo, entries.SetItems(changes.Entries.Select(static e => KeyValuePair.Create(e.Name, e))));
            foreach (var (revision, reached) in _waiters)
            {
                if (revision <= changes.UpTo)
                {
                    reached.TrySetResult();
                }
            }

            _waiters.RemoveAll(static w => w.Reached.Task.IsCompleted);
            EndIfKnown(changes);
            return true;
        }
    }

    private void EndIfKnown(CatalogueProtocol.Changes changes)
    {
        if (!changes.More)
        {
            _known.TrySetResult();
        }
    }

    private static async Task WaitAsync(TaskCompletionSource reached, CancellationToken cancellation)
    {
        try
        {
            await reached.Task.WaitAsync(cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            reached.TrySetCanceled(cancellation); // so that it is let go of
            throw;
        }
    }

    private sealed record Snapshot(long Revision, ImmutableDictionary<string, FunctionEntry> Entries);
}
