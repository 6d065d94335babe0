namespace WasmActors.Host.Persistence;

/// <summary>What keeps the catalogue and the modules.</summary>
internal enum DatabaseKind
{
    /// <summary>A file that the nodes of one machine share. Needs nothing else installed.</summary>
    Sqlite,

    /// <summary>A PostgreSQL server.</summary>
    PostgreSql,
}
