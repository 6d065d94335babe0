namespace WasmActors.Conformance.Running;

/// <summary>Things of a script by their names, and the newest of them without one.</summary>
/// <param name="what">What they are, for people.</param>
internal sealed class Shelf<T>(string what)
    where T : class
{
    private readonly Dictionary<string, Slot> _named = new(StringComparer.Ordinal);
    private Slot? _newest;

    /// <summary>Adds the newest one.</summary>
    public void Put(string? name, T item) => Put(name, new Slot(item, null, null));

    /// <summary>Says that the newest one could not be made because of a known limit, so that its uses are skipped too.</summary>
    public void PutSkipped(string? name, string reason) => Put(name, new Slot(null, null, reason));

    /// <summary>Says that the newest one could not be made, so that its uses fail too instead of meeting an older one.</summary>
    public void PutFailed(string? name, int line) => Put(name, new Slot(null, $"no {what}: the form in line {line} failed", null));

    /// <summary>The one of that name, or the newest.</summary>
    /// <exception cref="FormFailure">There is none.</exception>
    /// <exception cref="FormSkipped">It could not be made, because of a known limit.</exception>
    public T Get(string? name)
    {
        var slot = name is null ? _newest : _named.GetValueOrDefault(name);
        return slot?.Item
            ?? (slot?.SkipReason is { } reason ? throw new FormSkipped(reason) : throw new FormFailure($"{what} {name ?? "to use"}", slot?.Problem ?? $"no such {what}"));
    }

    private void Put(string? name, Slot slot)
    {
        _newest = slot;
        if (name is not null)
        {
            _named[name] = slot;
        }
    }

    private sealed record Slot(T? Item, string? Problem, string? SkipReason);
}
