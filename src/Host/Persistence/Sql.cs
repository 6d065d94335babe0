using System.Data.Common;

namespace WasmActors.Host.Persistence;

/// <summary>Statements against a database, each on a pooled connection of its own.</summary>
internal sealed class Sql(DbProviderFactory provider, string connectionString)
{
    /// <summary>Carries a statement out.</summary>
    /// <returns>The number of rows that it changed.</returns>
    /// <exception cref="DbException">The database does not answer or refuses it.</exception>
    public async Task<int> ExecuteAsync(string statement, CancellationToken cancellation, params (string Name, object? Value)[] parameters)
    {
        var connection = await OpenAsync(cancellation).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            var command = Command(connection, statement, parameters);
            await using (command.ConfigureAwait(false))
            {
                return await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Reads all rows of a query.</summary>
    /// <exception cref="DbException">The database does not answer or refuses it.</exception>
    public async Task<IReadOnlyList<T>> QueryAsync<T>(string query, Func<DbDataReader, T> read, CancellationToken cancellation, params (string Name, object? Value)[] parameters)
    {
        var connection = await OpenAsync(cancellation).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            var command = Command(connection, query, parameters);
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

    /// <summary>Executes statements in one transaction, and only if each of them changes something.</summary>
    /// <returns>False if one did not: then nothing was changed.</returns>
    /// <exception cref="DbException">The database does not answer or rejects a statement.</exception>
    public async Task<bool> ChangeAsync(CancellationToken cancellation, params SqlStatement[] statements)
    {
        var connection = await OpenAsync(cancellation).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            var transaction = await connection.BeginTransactionAsync(cancellation).ConfigureAwait(false);
            await using (transaction.ConfigureAwait(false))
            {
                foreach (var statement in statements)
                {
                    var command = Command(connection, statement.Text, statement.Parameters);
                    await using (command.ConfigureAwait(false))
                    {
                        command.Transaction = transaction;
                        if (await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false) == 0)
                        {
                            return false; // the transaction is rolled back when it is disposed
                        }
                    }
                }

                await transaction.CommitAsync(cancellation).ConfigureAwait(false);
                return true;
            }
        }
    }

    private async Task<DbConnection> OpenAsync(CancellationToken cancellation)
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

    private static DbCommand Command(DbConnection connection, string text, (string Name, object? Value)[] parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = text;
        foreach (var (name, value) in parameters)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            parameter.Value = value ?? DBNull.Value;
            command.Parameters.Add(parameter);
        }

        return command;
    }
}
