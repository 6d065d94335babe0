namespace WasmActors.Functions.Api;

/// <summary>Keeps modules by their digest for all nodes. Programs bring one for their database;
/// <c>MemoryModuleStore</c> serves one node.</summary>
/// <remarks>What it throws becomes <c>module.unavailable</c>. Whether bytes have their digest is checked by who reads
/// them.</remarks>
public interface IModuleStore
{
    /// <summary>Keeps a module, also in the place of what is kept under its digest.</summary>
    /// <param name="digest">SHA-256 of the bytes, as 64 lower-case hexadecimal digits.</param>
    /// <param name="bytes">The module in binary form.</param>
    /// <param name="cancellation">Gives the attempt up; the module may be kept all the same.</param>
    Task PutAsync(string digest, ReadOnlyMemory<byte> bytes, CancellationToken cancellation = default);

    /// <summary>A module's bytes, or null where it is not kept.</summary>
    Task<ReadOnlyMemory<byte>?> FindAsync(string digest, CancellationToken cancellation = default);
}
