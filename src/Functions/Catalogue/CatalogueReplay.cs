using System.Diagnostics.CodeAnalysis;
using WasmActors.Functions.Api;
using WasmActors.Runtime.Failures;

namespace WasmActors.Functions.Catalogue;

/// <summary>
/// Builds the catalogue from its journal. In journals of early builds, which have no <see cref="CatalogueOpened"/>, two
/// writers may have stored changes under one revision, because each read the journal without the other's changes. All
/// of them are kept in the order in which they were stored, under new revisions and, if two gave one number to versions
/// of one function, under new numbers.
/// </summary>
internal sealed class CatalogueReplay
{
    private readonly Dictionary<(string Name, int Number), int> _renumbered = [];
    private readonly Dictionary<(string Name, int Number), FunctionVersion> _deployed = [];
    private readonly SortedSet<string> _repeatedNames = new(StringComparer.Ordinal);
    private long _firstRepeated = long.MaxValue;

    /// <summary>Starts with the first event.</summary>
    internal CatalogueReplay()
    {
    }

    /// <summary>Starts with a snapshot.</summary>
    internal CatalogueReplay(CatalogueSnapshot snapshot)
    {
        State = CatalogueState.From(snapshot.Revision, snapshot.Entries);
        Epoch = snapshot.Epoch;
        Writer = snapshot.Writer;
    }

    /// <summary>The catalogue so far.</summary>
    internal CatalogueState State { get; private set; } = CatalogueState.Empty;

    /// <summary>Number of the last writer; 0 before the first that stored one.</summary>
    internal long Epoch { get; private set; }

    /// <summary>The last writer, see <see cref="CatalogueOpened.Writer"/>; null before the first that is
    /// known.</summary>
    internal string? Writer { get; private set; }

    /// <summary>Changes under revisions that had been given before, and that no writer has reported yet.</summary>
    internal int Repeated { get; private set; }

    /// <summary>The first revision that was given twice.</summary>
    internal long FirstRepeated => _firstRepeated;

    /// <summary>The functions that such changes are about.</summary>
    internal IReadOnlyCollection<string> RepeatedNames => _repeatedNames;

    /// <summary>Adds the next event.</summary>
    /// <exception cref="WasmError"><c>catalogue.unavailable</c>: an event before it is missing.</exception>
    internal void Apply(CatalogueEvent happened)
    {
        if (Epoch > 0)
        {
            State = State.Apply(happened);
            return;
        }

        if (happened.Revision > State.Revision)
        {
            State = State.Apply(happened);
        }
        else
        {
            Repeat(happened);
        }

        if (happened is CatalogueEvent.Deployed { Version: var version })
        {
            _deployed[(version.Spec.Name, version.Number)] = version;
        }
    }

    /// <summary>Adds the event of a writer that began.</summary>
    /// <exception cref="WasmError"><c>catalogue.unavailable</c>: an event before it is missing.</exception>
    internal void Apply(CatalogueOpened opened)
    {
        Seal();
        if (opened.Revision != State.Revision || opened.Epoch != Epoch + 1)
        {
            throw new WasmError(
                FunctionErrorCode.CatalogueUnavailable,
                $"The catalogue's journal is damaged: writer {opened.Epoch} found revision {opened.Revision}, but the events before it "
                + $"lead to revision {State.Revision} of writer {Epoch}. Restore the database.");
        }

        (Epoch, Writer) = (opened.Epoch, opened.Writer);
        Repeated = 0;
        _firstRepeated = long.MaxValue;
        _repeatedNames.Clear();
        _renumbered.Clear();
        _deployed.Clear();
    }

    /// <summary>
    /// Ends the part of the journal that may have repeated revisions. Whatever changed since the first of these gets a
    /// revision beyond all that were ever given, so that every follower asks for it, wherever it stands.
    /// </summary>
    internal void Seal()
    {
        if (_firstRepeated == long.MaxValue)
        {
            return;
        }

        foreach (var entry in State.ChangedAfter(_firstRepeated - 1).ToList())
        {
            State = State.With(Restamped(entry, State.Revision + 1, entry.ChangeOver));
        }

        _firstRepeated = long.MaxValue;
    }

    private void Repeat(CatalogueEvent happened)
    {
        Repeated++;
        _firstRepeated = Math.Min(_firstRepeated, happened.Revision);
        var next = happened;
        if (happened is CatalogueEvent.Deployed deployed)
        {
            next = Renumber(deployed);
        }
        else if (happened is CatalogueEvent.Activated activated)
        {
            int number = _renumbered.GetValueOrDefault((activated.Name, activated.Number), activated.Number);
            next = IsMissing(activated, number, out var version)
                ? Renumber(new CatalogueEvent.Deployed(activated.Revision, version, activated.RollOut)) // deployed again
                : activated with { Number = number };
        }

        var after = State.Apply(next with { Revision = State.Revision + 1 });
        string name = happened.Subject;
        _repeatedNames.Add(name);

        // Running stores compare the stored revision with those that they began with.
        var entry = after.Find(name)!;
        State = entry.ChangeOver == entry.Revision
            ? State.With(Restamped(entry, entry.Revision, happened.Revision))
            : after;
    }

    // No copy: what an entry works out when it is made belongs to its own values.
    private static FunctionEntry Restamped(FunctionEntry entry, long revision, long changeOver) =>
        new(entry.Name, revision, entry.Active, entry.LastNumber, changeOver, entry.Versions);

    private CatalogueEvent.Deployed Renumber(CatalogueEvent.Deployed deployed)
    {
        var version = deployed.Version;
        int last = State.Find(version.Spec.Name)?.LastNumber ?? 0;
        if (version.Number > last)
        {
            return deployed;
        }

        _renumbered[(version.Spec.Name, version.Number)] = last + 1;
        return deployed with { Version = version with { Number = last + 1 } };
    }

    // A writer may not have known that the version it activates was deleted, or was too old to be kept.
    private bool IsMissing(CatalogueEvent.Activated activated, int number, [NotNullWhen(true)] out FunctionVersion? version)
    {
        version = null;
        return State.Find(activated.Name)?.Find(number) is null
            && _deployed.TryGetValue((activated.Name, activated.Number), out version);
    }
}
