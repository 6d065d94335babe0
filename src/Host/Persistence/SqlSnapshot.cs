using System.Data.Common;

namespace WasmActors.Host.Persistence;

/// <summary>Queries in one transaction.</summary>
internal sealed class SqlSnapshot(DbConnection connection)
{
    /// <summary>Reads all rows of a query.</summary>
    /// <exception cref="DbException">The database does not answer or rejects it.</exception>
    public Task<IReadOnlyList<T>> QueryAsync<T>(string query, Func<DbDataReader, T> read,
        CancellationToken cancellation, params (string Name, object? Value)[] parameters) =>
        QueryAsync(connection, query, read, cancellation, parameters);

    /// <summary>Reads all rows of a query on a connection.</summary>
    internal static async Task<IReadOnlyList<T>> QueryAsync<T>(DbConnection connection, string query, Func<DbDataReader,
        T> read, CancellationToken cancellation, params (string Name, object? Value)[] parameters)
    {
        var command = Sql.Command(connection, query, parameters);
        await using (command.ConfigureAwait(false))
        {
            var rows = new List<T>();
            var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
                {
                    rows.Add(read(reader));
                }
            }

            return rows;
        }
    }
}
