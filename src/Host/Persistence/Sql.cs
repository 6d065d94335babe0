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
            return await SqlSnapshot.QueryAsync(connection, query, read, cancellation, parameters).ConfigureAwait(false);
        }
    }

    /// <summary>Reads by several queries what was there at one moment.</summary>
    /// <param name="begin">The statement that begins such a transaction.</param>
    /// <param name="read">Executes the queries.</param>
    /// <param name="cancellation">Gives the attempt up.</param>
    /// <exception cref="DbException">The database does not answer or rejects a query.</exception>
    public async Task<T> SnapshotAsync<T>(string begin, Func<SqlSnapshot, Task<T>> read, CancellationToken cancellation)
    {
        var connection = await OpenAsync(cancellation).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            await RunAsync(connection, begin, cancellation).ConfigureAwait(false);
            try
            {
                return await read(new SqlSnapshot(connection)).ConfigureAwait(false);
            }
            finally
            {
                await RunAsync(connection, "ROLLBACK", CancellationToken.None).ConfigureAwait(false); // the connection is used again
            }
        }
    }

    /// <summary>Executes statements in one transaction.</summary>
    /// <returns>The number of rows that they changed together.</returns>
    /// <exception cref="DbException">The database does not answer or rejects a statement; nothing was changed, unless the last step failed.</exception>
    public async Task<int> ExecuteAllAsync(CancellationToken cancellation, params SqlStatement[] statements)
    {
        var connection = await OpenAsync(cancellation).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            var transaction = await connection.BeginTransactionAsync(cancellation).ConfigureAwait(false);
            await using (transaction.ConfigureAwait(false))
            {
                int changed = 0;
                foreach (var statement in statements)
                {
                    var command = Command(connection, statement.Text, statement.Parameters);
                    await using (command.ConfigureAwait(false))
                    {
                        command.Transaction = transaction;
                        changed += await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
                    }
                }

                await transaction.CommitAsync(cancellation).ConfigureAwait(false);
                return changed;
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

    private static async Task RunAsync(DbConnection connection, string statement, CancellationToken cancellation)
    {
        var command = Command(connection, statement, []);
        await using (command.ConfigureAwait(false))
        {
            await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
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

    internal static DbCommand Command(DbConnection connection, string text, (string Name, object? Value)[] parameters)
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
