using WasmActors.Host.Persistence.States;

namespace WasmActors.Host.Settings;

/// <summary>How the states of durable keys are kept.</summary>
internal sealed record StateSettings
{
    /// <summary>The file of SQLite. Default state.db in the data folder.</summary>
    public required string File { get; init; }

    /// <summary>Durability and answers.</summary>
    public required StateStoreOptions Store { get; init; }

    internal static StateSettings Read(SettingsReader reader, DatabaseSettings database, string dataFolder)
    {
        // Nodes that share the catalogue's file must share this one too.
        bool sharesFile = reader.Text("Database:File", "").Length > 0;
        string file = sharesFile ? Path.ChangeExtension(database.File, null) + ".state.db"
            : Path.Combine(dataFolder, "state.db");
        var defaults = new StateStoreOptions();
        return new StateSettings
        {
            File = Path.GetFullPath(reader.Text("State:File", file)),
            Store = defaults with
            {
                Durability =
                    reader.Choice("State:Durability", ("full", StateDurability.Full),
                    ("normal", StateDurability.Normal)),
                Answers = reader.Number("State:Answers", defaults.Answers, 1, 10_000),
                AnswerAge =
                    reader.Duration("State:AnswersFor", defaults.AnswerAge, TimeSpan.FromMinutes(1),
                    TimeSpan.FromDays(365)),
            },
        };
    }
}
