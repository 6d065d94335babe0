using WasmActors.Functions.State;

namespace WasmActors.Host.Persistence.States;

/// <summary>A row of <c>wasm_states</c>: whose state it is, and how far it has come.</summary>
internal sealed record StateRow(long Id, string Function, string Key)
{
    /// <summary>Digest of the module that made the newest commit.</summary>
    public string ModuleDigest { get; set; } = "";

    /// <summary>Version that made the newest commit.</summary>
    public long Version { get; set; }

    /// <summary>Sequence of the newest commit.</summary>
    public long Sequence { get; set; }

    /// <summary>Sequence of the newest checkpoint; 0 for none.</summary>
    public long BaseSequence { get; set; }

    /// <summary>Bytes of the newest checkpoint, as it was given.</summary>
    public long BaseBytes { get; set; }

    /// <summary>Checksum of the newest checkpoint.</summary>
    public long BaseSum { get; set; }

    /// <summary>Sequence of the newest commit with an answer; 0 for none.</summary>
    public long AnswerSequence { get; set; }

    /// <summary>Sequence of the oldest commit whose answer is kept; 0 for none.</summary>
    public long AnswersFrom { get; set; }

    /// <summary>The checksum that belongs to these values.</summary>
    public long Sum => new RowSum('s').Add(Id).Add(Function).Add(Key).Add(ModuleDigest).Add(Version).Add(Sequence)
        .Add(BaseSequence).Add(BaseBytes).Add(BaseSum).Add(AnswerSequence).Add(AnswersFrom).Value;

    /// <summary>Whether a commit is of this state. Ids of two keys can be equal, though that is very rare.</summary>
    public bool IsOf(StateCommit commit) => Function == commit.Function && Key == commit.Key;

    /// <summary>Notes a commit that was stored.</summary>
    /// <returns>The sequence of the answer before, if the commit has one.</returns>
    public long Advance(StateCommit commit)
    {
        Sequence = commit.Sequence;
        ModuleDigest = commit.ModuleDigest;
        Version = commit.Version;
        if (commit.Base is { } whole)
        {
            BaseSequence = commit.Sequence;
            BaseBytes = whole.Length;
            BaseSum = RowSums.OfBase(whole);
        }

        long before = AnswerSequence;
        if (commit.Answer is not null)
        {
            AnswerSequence = commit.Sequence;
            AnswersFrom = AnswersFrom == 0 ? commit.Sequence : AnswersFrom;
        }

        return before;
    }
}
