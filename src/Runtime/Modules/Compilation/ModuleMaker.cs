using WasmActors.Runtime.Interop.Bridges;
using WasmActors.Runtime.Limits;
using WasmActors.Runtime.Modules.Cache;
using WasmActors.Runtime.Modules.Precheck;
using WasmActors.Runtime.Telemetry;

namespace WasmActors.Runtime.Modules.Compilation;

/// <summary>Makes the modules of a cache: loads their compiled form from disk, or compiles them in this process or in another.</summary>
internal sealed class ModuleMaker : IDisposable
{
    private readonly WasmEngine _engine;
    private readonly ArtifactStore? _disk;
    private readonly CompilerPool? _compilers;
    private readonly ModuleLimits _limits;
    private readonly ModuleThreads _threads = new(Environment.ProcessorCount);
    private long _compilations;
    private long _diskHits;

    internal ModuleMaker(WasmEngine engine, ArtifactStore? disk, ModuleCacheOptions options, CompilerProgram? program)
    {
        _engine = engine;
        _disk = disk;
        _limits = options.EffectiveLimits;
        _compilers = options.Isolation == CompileIsolation.ChildProcess ? new CompilerPool(engine.Settings, options.CompileLimits, program) : null;
    }

    /// <summary>Whether making a module ends when nobody waits for it any more.</summary>
    internal bool CanBeCancelled => _compilers is not null;

    internal long Compilations => Interlocked.Read(ref _compilations);

    internal long DiskHits => Interlocked.Read(ref _diskHits);

    /// <summary>Refuses what is too long to be worth a look.</summary>
    /// <exception cref="Failures.WasmError"><c>module.too_large</c></exception>
    internal void CheckLength(int bytes, bool isText)
    {
        if (isText)
        {
            ModulePrecheck.CheckText(bytes, _limits);
        }
        else
        {
            ModulePrecheck.CheckLength(bytes, _limits);
        }
    }

    /// <summary>Makes a module.</summary>
    /// <param name="wasm">The module in binary form; not to be changed.</param>
    /// <param name="digest">Its SHA-256, hexadecimal.</param>
    /// <param name="name">For messages.</param>
    /// <param name="cancellation">Ends a compilation in another process; one in this process cannot be ended.</param>
    internal async Task<WasmModule> MakeAsync(byte[] wasm, string digest, string? name, CancellationToken cancellation)
    {
        var (made, traits) = await _threads.RunAsync(() => Make(wasm, digest, name)).ConfigureAwait(false);
        if (made is not null)
        {
            return made;
        }

        Interlocked.Increment(ref _compilations);
        byte[] artifact = await CompileInChildAsync(wasm, digest, cancellation).ConfigureAwait(false);
        return await _threads.RunAsync(() => Load(artifact, wasm, digest, traits, name)).ConfigureAwait(false);
    }

    public void Dispose()
    {
        _compilers?.Dispose();
        _threads.Dispose();
    }

    private async Task<byte[]> CompileInChildAsync(byte[] wasm, string digest, CancellationToken cancellation)
    {
        using var compilation = CompileTiming.InChild(wasm.Length, digest);
        try
        {
            return await _compilers!.CompileAsync(wasm, Convert.FromHexString(digest), cancellation).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            compilation.Failed(failure);
            throw;
        }
    }

    private WasmModule CompileHere(byte[] wasm, string digest, string? name)
    {
        using var compilation = CompileTiming.Here(wasm.Length, digest);
        try
        {
            return WasmModule.FromBinary(_engine, wasm, name, shared: true);
        }
        catch (Exception failure)
        {
            compilation.Failed(failure);
            throw;
        }
    }

    /// <summary>Rejects what would not be compiled, by its binary alone.</summary>
    /// <returns>What the module's code may do.</returns>
    /// <exception cref="Failures.WasmError"><c>module.too_large</c>, <c>module.feature_not_allowed</c></exception>
    internal ModuleTraits Precheck(ReadOnlySpan<byte> wasm)
    {
        ModulePrecheck.Check(wasm, _limits);
        var traits = TraitReader.Read(wasm);
        EngineFit.Check(traits);
        return traits;
    }

    // No module when it has to be compiled in another process.
    private (WasmModule? Module, ModuleTraits Traits) Make(byte[] wasm, string digest, string? name)
    {
        ModulePrecheck.Check(wasm, _limits);
        using var use = _engine.BeginUse();
        var traits = ModuleTraits.Unknown;
        nint loaded = _disk?.TryLoad(digest, out traits) ?? 0;
        if (loaded != 0)
        {
            Interlocked.Increment(ref _diskHits);
            RuntimeTelemetry.Loaded("disk");
            return (WasmModule.FromArtifact(_engine, loaded, wasm, digest, traits, name), traits);
        }

        if (_compilers is not null)
        {
            traits = TraitReader.Read(wasm);
            EngineFit.Check(traits);
            return (null, traits);
        }

        Interlocked.Increment(ref _compilations);
        var module = CompileHere(wasm, digest, name);
        RuntimeTelemetry.Loaded("compiler");
        _disk?.Save(module.Digest, ModuleTypes.Serialize(module), module.Traits);
        return (module, module.Traits);
    }

    // The artifact was authenticated where it was received.
    private WasmModule Load(byte[] artifact, byte[] wasm, string digest, ModuleTraits traits, string? name)
    {
        using var use = _engine.BeginUse();
        nint loaded = ModuleTypes.LoadArtifact(_engine, artifact);
        if (loaded == 0)
        {
            throw new Failures.WasmError(Failures.ErrorCode.CompilerBadAnswer, "Wasmtime refuses what the compiler process made: it runs another version of Wasmtime.");
        }

        var module = WasmModule.FromArtifact(_engine, loaded, wasm, digest, traits, name);
        RuntimeTelemetry.Loaded("compiler");
        _disk?.Save(digest, artifact, module.Traits);
        return module;
    }
}
