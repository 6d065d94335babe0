namespace WasmActors.Host.Access;

/// <summary>What an API key allows. A greater one allows what the lesser ones do.</summary>
internal enum ApiScope
{
    /// <summary>Calling functions and reading their exports.</summary>
    Call = 1,

    /// <summary>Modules and functions: put, get, list, delete, versions, rollback.</summary>
    Deploy = 2,

    /// <summary>Keys, nodes, metrics.</summary>
    Admin = 3,
}
