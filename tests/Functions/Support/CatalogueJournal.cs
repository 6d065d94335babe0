using Akka.Actor;
using Akka.Persistence;
using Microsoft.Data.Sqlite;
using WasmActors.Functions.Serialization;
using WasmActors.Functions.Wire;
using WasmActors.Host.Persistence;

namespace WasmActors.Functions.Tests.Support;

/// <summary>The catalogue's journal in a SQLite file, beneath its writers.</summary>
internal static class CatalogueJournal
{
    /// <summary>Stores events as they are, as writers before the fence did.</summary>
    internal static async Task WriteAsync(FunctionDatabase database, params IWireMessage[] events)
    {
        var system = CatalogueWriter.StartSystem(database);
        var writer = system.ActorOf(Props.Create(() => new RawWriter()));
        foreach (var happened in events)
        {
            Assert.Equal(RawWriter.Done, await writer.Ask<object>(happened, Expect.Patience));
        }

        await Expect.SoonAsync(system.Terminate());
    }

    /// <summary>The stored events in their order.</summary>
    internal static async Task<IReadOnlyList<object>> ReadAsync(FunctionDatabase database, string path)
    {
        var system = CatalogueWriter.StartSystem(database);
        try
        {
            var wire = new WireSerializer((ExtendedActorSystem)system);
            var events = new List<object>();
            await using var connection = new SqliteConnection($"Data Source={path}");
            await connection.OpenAsync();
            await using var command = connection.CreateCommand();
            command.CommandText = "SELECT message, manifest FROM journal WHERE persistence_id = 'wasmactors-catalogue' ORDER BY sequence_number";
            await using var rows = await command.ExecuteReaderAsync();
            while (await rows.ReadAsync())
            {
                events.Add(wire.FromBinary(rows.GetFieldValue<byte[]>(0), rows.GetString(1)));
            }

            return events;
        }
        finally
        {
            await Expect.SoonAsync(system.Terminate());
        }
    }

    /// <summary>Executes a statement on the file.</summary>
    internal static async Task<object?> ExecuteAsync(string path, string statement)
    {
        await using var connection = new SqliteConnection($"Data Source={path}");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = statement;
        return await command.ExecuteScalarAsync();
    }

    private sealed class RawWriter : UntypedPersistentActor
    {
        internal const string Done = "done";

        public override string PersistenceId => "wasmactors-catalogue";

        protected override void OnCommand(object message) => Persist(message, _ => Sender.Tell(Done));

        protected override void OnRecover(object message)
        {
        }

        protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr) => Sender.Tell(cause.Message);
    }
}
