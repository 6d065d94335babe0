namespace WasmActors.Host.Persistence.States;

/// <summary>
/// Which file of states a cluster uses, as a number in that file and in the catalogue's database. Without it, a node
/// whose file was deleted or replaced
/// would begin all durable keys anew.
/// </summary>
/// <param name="cluster">The numbers of the cluster.</param>
/// <param name="acceptsNew">Whether any file is accepted, and noted from then on.</param>
internal sealed class StateMark(SqlClusterStore cluster, bool acceptsNew)
{
    /// <summary>Makes sure that a file which the cluster has used is there.</summary>
    /// <exception cref="StateReplacedException">It is missing or empty.</exception>
    public async Task CheckFileAsync(string file, CancellationToken cancellation)
    {
        if (!acceptsNew && new FileInfo(file) is not { Exists: true, Length: > 0 }
            && await cluster.StateFileAsync(cancellation).ConfigureAwait(false) is not null)
        {
            throw new StateReplacedException(
                $"The states of durable keys are missing: the file {file} does not exist or is empty, though it "
                + "was used before. All durable keys would begin anew.");
        }
    }

    /// <summary>Makes sure that an open file is the one that the cluster has used, and notes it.</summary>
    /// <exception cref="StateReplacedException">It is another one.</exception>
    public async Task CheckAsync(Sql sql, string file, CancellationToken cancellation)
    {
        await sql.ExecuteAsync("INSERT INTO wasm_state_file (one, id) VALUES (1, @id) ON CONFLICT DO NOTHING",
            cancellation, ("@id", Random.Shared.NextInt64())).ConfigureAwait(false);
        long id =
            (await sql.QueryAsync("SELECT id FROM wasm_state_file", static row =>
            row.GetInt64(0), cancellation).ConfigureAwait(false))[0];
        long? used = await cluster.StateFileAsync(cancellation).ConfigureAwait(false);
        if (used == id)
        {
            return;
        }

        if (used is not null && !acceptsNew)
        {
            throw new StateReplacedException(
                $"The file {file} does not contain the states that belong to the catalogue. "
                + "All durable keys would begin anew, or with the states of another cluster.");
        }

        await cluster.UseStateFileAsync(id, cancellation).ConfigureAwait(false);
    }
}
