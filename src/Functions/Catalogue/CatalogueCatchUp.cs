using WasmActors.Functions.Api;
using static WasmActors.Functions.Catalogue.CatalogueProtocol;

namespace WasmActors.Functions.Catalogue;

/// <summary>
/// Brings a node's <see cref="FunctionCatalogue"/> up to date with what the writer sends. One question is open at a
/// time: messages that do not answer it never lead to another question, so lost, late and repeated answers cannot
/// multiply the questions.
/// </summary>
/// <remarks>Answers in parts are collected and become visible together: a catalogue that is half up to date lacks
/// functions.</remarks>
internal sealed class CatalogueCatchUp(FunctionCatalogue catalogue)
{
    private readonly Dictionary<string, FunctionEntry> _parts = new(StringComparer.Ordinal);
    private bool _hasParts;
    private bool _startsOver;
    private long _since;
    private long _upTo;
    private long? _asked;

    /// <summary>Opens a question, in the place of one that is open.</summary>
    internal Follow Ask()
    {
        _asked = _hasParts ? _upTo : catalogue.Revision;
        return new Follow(_asked.Value);
    }

    /// <summary>Takes an answer or an announcement.</summary>
    /// <returns>Whether to ask again at once: there is more, or an announcement was lost.</returns>
    internal bool Take(Changes changes)
    {
        if (_asked is not { } asked || !Answers(changes, asked))
        {
            bool applies = !_hasParts && catalogue.Known.IsCompleted;
            return applies && !catalogue.Apply(changes) && _asked is null;
        }

        if (changes.More && !changes.StartsOver && changes.UpTo <= asked)
        {
            return false; // no progress: it is asked again later
        }

        _asked = null;
        if (!_hasParts || changes.StartsOver)
        {
            _parts.Clear();
            (_since, _startsOver) = (changes.Since, changes.StartsOver);
        }

        foreach (var entry in changes.Entries)
        {
            _parts[entry.Name] = entry;
        }

        (_hasParts, _upTo) = (changes.More, changes.UpTo);
        if (!changes.More)
        {
            catalogue.Apply(new Changes(_since, changes.UpTo, false, _startsOver, [.. _parts.Values]));
            _parts.Clear();
        }

        return changes.More;
    }

    // A writer starts over only who is beyond it.
    private static bool Answers(Changes changes, long asked) =>
        changes.StartsOver ? asked > changes.UpTo : changes.Since == asked;
}
