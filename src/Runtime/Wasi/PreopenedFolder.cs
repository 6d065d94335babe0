namespace WasmActors.Runtime.Wasi;

/// <summary>A folder that a WASI program may open; nothing above it or linked out of it.</summary>
/// <param name="HostPath">The folder on the host; it must exist.</param>
/// <param name="GuestPath">The name that the program sees; each of a store's folders has its own.</param>
/// <param name="ReadOnly">Whether the program may only read. Default true.</param>
public sealed record PreopenedFolder(string HostPath, string GuestPath, bool ReadOnly = true)
{
    /// <summary>
    /// A folder of the host in which <see cref="HostPath"/>, which must begin with it, lies at the moment when it is opened. No link and
    /// no <c>..</c> is followed out of it, so that programs that may write in it cannot lead another program out. Linux only.
    /// Default null: links are followed wherever they lead.
    /// </summary>
    public string? Within { get; init; }
}
