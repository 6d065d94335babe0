using System.Collections.Immutable;
using System.Globalization;
using WasmActors.Functions.Api;
using WasmActors.Functions.Wire;
using WasmActors.Runtime.Failures;

namespace WasmActors.Functions.Catalogue;

/// <summary>The catalogue at one revision: decides what a command does, and what comes of it. Immutable.</summary>
internal sealed class CatalogueState
{
    private static readonly Comparer<FunctionEntry> s_byRevision = Comparer<FunctionEntry>.Create(static (one, other) => one.Revision.CompareTo(other.Revision));

    private readonly ImmutableDictionary<string, FunctionEntry> _entries;
    private readonly ImmutableSortedSet<FunctionEntry> _changes; // in the order of their revisions, which differ
    private readonly int _live;

    private CatalogueState(long revision, ImmutableDictionary<string, FunctionEntry> entries, ImmutableSortedSet<FunctionEntry> changes, int live)
    {
        Revision = revision;
        _entries = entries;
        _changes = changes;
        _live = live;
    }

    /// <summary>The catalogue before anything was deployed.</summary>
    internal static CatalogueState Empty { get; } = From(0, []);

    /// <summary>The number of entries, those of deleted functions included.</summary>
    internal int Count => _entries.Count;

    /// <summary>How many events led here.</summary>
    internal long Revision { get; }

    /// <summary>A function, also a deleted one; null where there never was one of that name.</summary>
    internal FunctionEntry? Find(string name) => _entries.GetValueOrDefault(name);

    /// <summary>Returns the catalogue that consists of some entries.</summary>
    internal static CatalogueState From(long revision, IReadOnlyList<FunctionEntry> entries) => new(
        revision,
        entries.ToImmutableDictionary(static e => e.Name, StringComparer.Ordinal),
        entries.ToImmutableSortedSet(s_byRevision),
        entries.Count(static e => !e.IsDeleted));

    /// <summary>Returns what changed after a revision, deleted functions included, in the order of the changes. Costs
    /// what it returns.</summary>
    internal IEnumerable<FunctionEntry> ChangedAfter(long revision)
    {
        int first = revision >= Revision ? _changes.Count : _changes.IndexOf(new FunctionEntry("", revision + 1, 0, 0, 0, []));
        for (int i = first < 0 ? ~first : first; i < _changes.Count; i++)
        {
            yield return _changes[i];
        }
    }

    /// <summary>Returns the catalogue at the next revision, with an entry that has this revision.</summary>
    internal CatalogueState With(FunctionEntry entry)
    {
        var before = Find(entry.Name);
        int live = _live - (before is { IsDeleted: false } ? 1 : 0) + (entry.IsDeleted ? 0 : 1);
        var changes = before is null ? _changes : _changes.Remove(before);
        return new CatalogueState(entry.Revision, _entries.SetItem(entry.Name, entry), changes.Add(entry), live);
    }

    /// <summary>Decides what a command does.</summary>
    /// <param name="command">The command.</param>
    /// <param name="now">When a version counts as deployed.</param>
    /// <param name="maxFunctions">Most functions, deleted ones not counted.</param>
    /// <returns>The event; null where all is already as the command wants it.</returns>
    /// <exception cref="WasmError">The command is refused.</exception>
    internal CatalogueEvent? Decide(CatalogueProtocol.Command command, DateTimeOffset now, int maxFunctions) => command switch
    {
        CatalogueProtocol.Deploy deploy => Decide(deploy, now, maxFunctions),
        CatalogueProtocol.Activate activate => Decide(activate),
        CatalogueProtocol.Delete delete => Decide(delete),
        _ => throw new ArgumentException($"{command.GetType().Name} is no command of the catalogue.", nameof(command)),
    };

    /// <summary>The catalogue after an event.</summary>
    /// <exception cref="WasmError"><c>catalogue.unavailable</c>: the event is not the next one, so one was
    /// lost.</exception>
    internal CatalogueState Apply(CatalogueEvent happened)
    {
        if (happened.Revision != Revision + 1)
        {
            throw new WasmError(FunctionErrorCode.CatalogueUnavailable, $"The catalogue's journal is damaged: after revision {Revision} comes {happened.Revision}. Restore the database.");
        }

        var entry = happened switch
        {
            CatalogueEvent.Deployed deployed => Deployed(deployed),
            CatalogueEvent.Activated activated => Activated(Having(activated.Name, activated.Number), activated),
            CatalogueEvent.Deleted deleted => new FunctionEntry(deleted.Name, deleted.Revision, 0, Known(deleted.Name).LastNumber, deleted.Revision, []),
            _ => throw new ArgumentException($"{happened.GetType().Name} is no event of the catalogue.", nameof(happened)),
        };
        return With(entry);
    }

    private CatalogueEvent.Deployed? Decide(CatalogueProtocol.Deploy deploy, DateTimeOffset now, int maxFunctions)
    {
        deploy.Spec.Check();
        int bytes = FunctionCodec.SizeOf(deploy.Spec);
        if (bytes > FunctionSpec.MaxBytes)
        {
            throw TooLong(bytes);
        }

        var entry = Find(deploy.Spec.Name);
        int active = entry?.Active ?? 0;
        if (deploy.ExpectedActive is { } expected && expected != active)
        {
            throw Conflict(deploy.Spec.Name, active, expected);
        }

        if (entry?.ActiveVersion is { } current && FunctionCodec.Same(current.Spec, deploy.Spec))
        {
            return null;
        }

        if (active == 0 && _live >= maxFunctions)
        {
            throw new WasmError(FunctionErrorCode.TooMany, $"The catalogue has {_live} functions; allowed are {maxFunctions}. Delete some, or raise FunctionHostOptions.MaxFunctions (WasmActors:Functions:MaxFunctions).");
        }

        return new CatalogueEvent.Deployed(Revision + 1, new FunctionVersion((entry?.LastNumber ?? 0) + 1, now, deploy.Spec), deploy.RollOut);
    }

    private CatalogueEvent.Activated? Decide(CatalogueProtocol.Activate activate)
    {
        var entry = Live(activate.Name);
        int number = activate.Number ?? Previous(entry);
        if (entry.Find(number) is null)
        {
            throw new WasmError(FunctionErrorCode.VersionNotFound, $"'{entry.Name}' has no version {number}: it has {string.Join(", ", entry.Versions.Select(static v => v.Number))}.");
        }

        return number == entry.Active ? null : new CatalogueEvent.Activated(Revision + 1, entry.Name, number, activate.RollOut);
    }

    private CatalogueEvent.Deleted Decide(CatalogueProtocol.Delete delete) => new(Revision + 1, Live(delete.Name).Name);

    private static int Previous(FunctionEntry entry) =>
        entry.Versions.LastOrDefault(v => v.Number < entry.Active)?.Number
        ?? throw new WasmError(FunctionErrorCode.VersionNotFound, $"'{entry.Name}' has no version before {entry.Active} that could be rolled back to.");

    private FunctionEntry Live(string name)
    {
        FunctionNames.Check(name);
        return Find(name) is { IsDeleted: false } entry ? entry : throw Unknown(name);
    }

    private FunctionEntry Known(string name) => Find(name) ?? throw new WasmError(
        FunctionErrorCode.CatalogueUnavailable,
        $"The catalogue's journal is damaged: it changes '{GuestText.Clean(name, GuestText.NameLimit)}', which was never deployed. Restore the database.");

    private FunctionEntry Having(string name, int number) => Known(name) is var entry && entry.Find(number) is not null ? entry : throw new WasmError(
        FunctionErrorCode.CatalogueUnavailable,
        $"The catalogue's journal is damaged: it activates version {number} of '{GuestText.Clean(name, GuestText.NameLimit)}', which that function does not have. Restore the database.");

    private FunctionEntry Deployed(CatalogueEvent.Deployed deployed)
    {
        var version = deployed.Version;
        var before = Find(version.Spec.Name);
        var versions = (before?.Versions ?? []).Add(version);
        if (versions.Length > FunctionEntry.MaxVersions)
        {
            versions = versions.RemoveAt(0); // the active one is the new one
        }

        return new FunctionEntry(version.Spec.Name, deployed.Revision, version.Number, version.Number, ChangeOver(before, deployed.Revision, deployed.RollOut), versions);
    }

    private static long ChangeOver(FunctionEntry? before, long revision, RollOut rollOut) =>
        rollOut == RollOut.AtOnce ? revision : before?.ChangeOver ?? 0;

    // No copy of the entry before: what an entry works out when it is made belongs to its own values.
    private static FunctionEntry Activated(FunctionEntry before, CatalogueEvent.Activated activated) =>
        new(before.Name, activated.Revision, activated.Number, before.LastNumber, ChangeOver(before, activated.Revision, activated.RollOut), before.Versions);

    private static string Number(int active) => active == 0 ? "none" : active.ToString(CultureInfo.InvariantCulture);

    internal static WasmError Conflict(string name, int active, int expected) =>
        new(FunctionErrorCode.Conflict, $"The active version of '{name}' is {Number(active)}, not {Number(expected)} as expected: look at what was deployed meanwhile.");

    internal static WasmError TooLong(int bytes) =>
        new(FunctionErrorCode.BadSpec, $"The function cannot be deployed: its specification takes {bytes} bytes; allowed are {FunctionSpec.MaxBytes}. Grant fewer or shorter variables.");

    internal static WasmError Unknown(string name) =>
        new(FunctionErrorCode.NotFound, $"No function '{GuestText.Clean(name, GuestText.NameLimit)}' is deployed.");
}
