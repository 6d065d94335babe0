using System.Data;
using System.Data.Common;
using WasmActors.Actors.Functions.Modules;

namespace WasmActors.Host.Persistence;

/// <summary>Modules by their digest in a table. What is there already is written again: that mends what was damaged.</summary>
internal sealed class SqlModuleStore(DbProviderFactory provider, string connectionString) : IModuleStore
{
    public async Task PutAsync(string digest, ReadOnlyMemory<byte> bytes, CancellationToken cancellation = default)
    {
        var connection = await OpenAsync(provider, connectionString, cancellation).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            var command = Command(connection, "INSERT INTO wasm_modules (digest, bytes) VALUES (@digest, @bytes) ON CONFLICT (digest) DO UPDATE SET bytes = excluded.bytes");
            await using (command.ConfigureAwait(false))
            {
                Add(command, "@digest", DbType.String, digest);
                Add(command, "@bytes", DbType.Binary, bytes.ToArray());
                await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
            }
        }
    }

    public async Task<ReadOnlyMemory<byte>?> FindAsync(string digest, CancellationToken cancellation = default)
    {
        var connection = await OpenAsync(provider, connectionString, cancellation).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            var command = Command(connection, "SELECT bytes FROM wasm_modules WHERE digest = @digest");
            await using (command.ConfigureAwait(false))
            {
                Add(command, "@digest", DbType.String, digest);
                return await command.ExecuteScalarAsync(cancellation).ConfigureAwait(false) is byte[] bytes ? bytes : (ReadOnlyMemory<byte>?)null;
            }
        }
    }

    /// <summary>Carries one statement out.</summary>
    internal static async Task ExecuteAsync(DbProviderFactory provider, string connectionString, string statement, CancellationToken cancellation)
    {
        var connection = await OpenAsync(provider, connectionString, cancellation).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            var command = Command(connection, statement);
            await using (command.ConfigureAwait(false))
            {
                await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
            }
        }
    }

    private static async Task<DbConnection> OpenAsync(DbProviderFactory provider, string connectionString, CancellationToken cancellation)
    {
        var connection = provider.CreateConnection()!;
        try
        {
            connection.ConnectionString = connectionString;
            await connection.OpenAsync(cancellation).ConfigureAwait(false);
            return connection;
        }
        catch (Exception)
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static DbCommand Command(DbConnection connection, string text)
    {
        var command = connection.CreateCommand();
        command.CommandText = text;
        return command;
    }

    private static void Add(DbCommand command, string name, DbType type, object value)
    {
        var parameter = command.CreateParameter();
        parameter.ParameterName = name;
        parameter.DbType = type;
        parameter.Value = value;
        command.Parameters.Add(parameter);
    }
}
