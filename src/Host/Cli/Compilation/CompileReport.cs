namespace WasmActors.Host.Cli.Compilation;

/// <summary>What <c>compile</c> tells, as JSON.</summary>
/// <param name="Modules">The modules that were compiled or found, in the order of the command line; those that failed are told on standard error.</param>
internal sealed record CompileReport(IReadOnlyList<CompiledModule> Modules);

/// <summary>One module in the cache.</summary>
/// <param name="File">The file as it was named.</param>
/// <param name="Digest">SHA-256 of the binary form.</param>
/// <param name="Size">Bytes of the binary form.</param>
/// <param name="ArtifactSize">Bytes of the compiled form in the cache.</param>
/// <param name="Milliseconds">How long it took.</param>
/// <param name="WasCached">Whether it was there already.</param>
internal sealed record CompiledModule(string File, string Digest, long Size, long ArtifactSize, double Milliseconds, bool WasCached);
