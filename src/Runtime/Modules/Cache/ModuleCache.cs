using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Modules.Binary;
using WasmActors.Runtime.Modules.Compilation;
using WasmActors.Runtime.Modules.Precheck;
using WasmActors.Runtime.Telemetry;

namespace WasmActors.Runtime.Modules.Cache;

/// <summary>
/// Compiles each module once: keeps the modules of an engine in memory, and their compiled form on disk for later processes.
/// Usable from any thread.
/// </summary>
/// <remarks>
/// The modules that it answers are shared and belong to it: disposing one does nothing, and each is released when it has been
/// forgotten here and nobody uses it any more. Compiling takes place on threads of its own, at most one per processor at a
/// time. Files of the folder are trusted only with a code made with the secret key of the folder, which other users cannot
/// read; anything else there is removed and compiled anew.
/// </remarks>
public sealed class ModuleCache : IDisposable
{
    private readonly ArtifactStore? _disk;
    private readonly ModuleMaker _maker;
    private readonly RecentModules _modules;
    private readonly Dictionary<string, ModulePromise> _making = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private long _memoryHits;
    private bool _disposed;

    /// <summary>Makes a cache. The disk is not touched before the first module is asked for.</summary>
    /// <param name="engine">The engine that the modules are for. It is not disposed with the cache.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="WasmError"><c>engine.bad_settings</c>: an option is out of its range.</exception>
    public ModuleCache(WasmEngine engine, ModuleCacheOptions? options = null)
        : this(engine, options, program: null)
    {
    }

    internal ModuleCache(WasmEngine engine, ModuleCacheOptions? options, CompilerProgram? program)
    {
        ArgumentNullException.ThrowIfNull(engine);
        options ??= new ModuleCacheOptions();
        options.Check();
        Engine = engine;
        _modules = new RecentModules(options.MaxModules);
        if (options.OnDisk)
        {
            Folder = options.FolderPath;
            _disk = new ArtifactStore(engine, Folder, options.MaxDiskBytes);
        }

        _maker = new ModuleMaker(engine, _disk, options, program);
    }

    /// <summary>The engine that the modules are for.</summary>
    public WasmEngine Engine { get; }

    /// <summary>The folder of compiled modules; null where none are kept on disk.</summary>
    public string? Folder { get; }

    /// <summary>The first thing that went wrong with the folder, for people; null while all is well. Modules are answered all the
    /// same, compiled each time instead of loaded.</summary>
    public string? DiskProblem => _disk?.Problem;

    /// <summary>How many modules were compiled, or tried to be.</summary>
    public long Compilations => _maker.Compilations;

    /// <summary>How many modules were loaded from disk.</summary>
    public long DiskHits => _maker.DiskHits;

    /// <summary>How often a module was answered without either, by waiting for somebody else's included.</summary>
    public long MemoryHits => Interlocked.Read(ref _memoryHits);

    /// <summary>The module of these bytes, compiled only where neither memory nor disk has it.</summary>
    /// <param name="bytes">Binary, or text, which is converted first. Not read after this method has returned its task.</param>
    /// <param name="name">For messages and logs; default: the name section's. The first name that a module gets stays.</param>
    /// <param name="cancellation">Ends the waiting. The compilation goes on for others who wait for it; when nobody does, a child process that
    /// compiles is ended, while compiling in this process cannot be interrupted.</param>
    /// <exception cref="WasmError"><c>module.invalid</c> with Wasmtime's own message; <c>module.feature_not_allowed</c>; <c>module.too_large</c>, <c>module.too_expensive</c>, <c>compiler.busy</c>,
    /// <c>compiler.unavailable</c>, <c>compiler.bad_answer</c> where the options ask for limits and isolation. The same bytes are tried again the next time.</exception>
    /// <exception cref="ObjectDisposedException">The cache or its engine was disposed.</exception>
    public Task<WasmModule> GetAsync(ReadOnlyMemory<byte> bytes, string? name = null, CancellationToken cancellation = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (cancellation.IsCancellationRequested)
        {
            return Task.FromCanceled<WasmModule>(cancellation);
        }

        bool isText = !ModuleText.IsBinary(bytes.Span);
        try
        {
            _maker.CheckLength(bytes.Length, isText);
        }
        catch (WasmError tooLarge)
        {
            return Task.FromException<WasmModule>(tooLarge);
        }

        return isText ? GetTextAsync(bytes.ToArray(), name, cancellation) : GetBinaryAsync(bytes, name, cancellation);
    }

    /// <summary>The module in a file, binary or text; its name is the file's. Otherwise as <see cref="GetAsync"/>.</summary>
    /// <exception cref="WasmError"><c>module.unreadable</c>, <c>module.invalid</c></exception>
    public async Task<WasmModule> GetFileAsync(string path, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        byte[] bytes = await ModuleText.ReadFileAsync(path, cancellation).ConfigureAwait(false);
        return await GetAsync(bytes, Path.GetFileName(path), cancellation).ConfigureAwait(false);
    }

    /// <summary>The module in a stream, which is read to its end, binary or text. Otherwise as <see cref="GetAsync"/>.</summary>
    /// <exception cref="WasmError"><c>module.unreadable</c>, <c>module.invalid</c></exception>
    public async Task<WasmModule> GetStreamAsync(Stream stream, string? name = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        byte[] bytes = await ModuleText.ReadStreamAsync(stream, cancellation).ConfigureAwait(false);
        return await GetAsync(bytes, name, cancellation).ConfigureAwait(false);
    }

    /// <summary>The module with that digest if it is in memory, else null: the disk keeps compiled code only, which is not all of a module.</summary>
    /// <param name="digest">SHA-256 of the binary form, as 64 lower-case hexadecimal digits.</param>
    public WasmModule? TryGet(string digest)
    {
        ArgumentNullException.ThrowIfNull(digest);
        ObjectDisposedException.ThrowIf(_disposed, this);
        lock (_lock)
        {
            if (!_modules.TryGet(digest, out var module))
            {
                return null;
            }

            CountMemoryHit();
            return module;
        }
    }

    /// <summary>The compiled modules on disk, of all engines, the most recently used first.</summary>
    public IReadOnlyList<CachedModule> List() => _disk?.List() ?? [];

    /// <summary>Forgets all modules, in memory and on disk, of all engines. Whoever uses one may go on.</summary>
    /// <returns>How many files of compiled modules were removed.</returns>
    public int Clear()
    {
        lock (_lock)
        {
            _modules.Clear();
        }

        return _disk?.Clear() ?? 0;
    }

    /// <summary>Forgets the modules in memory. Those who wait for one still get it.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            _modules.Clear();
        }

        _maker.Dispose();
    }

    /// <summary>A module's binary form, within the limits of the options.</summary>
    /// <param name="bytes">Binary, or text, which is converted on another thread.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <exception cref="WasmError"><c>module.invalid</c>, <c>module.too_large</c></exception>
    internal async ValueTask<ReadOnlyMemory<byte>> ToBinaryAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        bool isText = !ModuleText.IsBinary(bytes.Span);
        _maker.CheckLength(bytes.Length, isText);
        return isText ? await Task.Run(() => ModuleText.ToBinary(bytes.Span), cancellation).ConfigureAwait(false) : bytes;
    }

    /// <summary>Rejects what would not be compiled, by its binary alone.</summary>
    /// <returns>What the module's code may do.</returns>
    /// <exception cref="WasmError"><c>module.too_large</c>, <c>module.feature_not_allowed</c></exception>
    internal ModuleTraits Precheck(ReadOnlySpan<byte> wasm) => _maker.Precheck(wasm);

    private async Task<WasmModule> GetTextAsync(byte[] text, string? name, CancellationToken cancellation)
    {
        byte[] wasm = await Task.Run(() => ModuleText.ToBinary(text), cancellation).ConfigureAwait(false);
        return await GetBinaryAsync(wasm, name, cancellation).ConfigureAwait(false);
    }

    private Task<WasmModule> GetBinaryAsync(ReadOnlyMemory<byte> wasm, string? name, CancellationToken cancellation)
    {
        string digest = WasmModule.DigestOf(wasm.Span);
        ModulePromise? promise;
        lock (_lock)
        {
            if (_modules.TryGet(digest, out var known))
            {
                CountMemoryHit();
                return Task.FromResult(known);
            }

            if (_making.TryGetValue(digest, out promise))
            {
                CountMemoryHit();
            }
            else
            {
                promise = new ModulePromise();
                _making.Add(digest, promise);
                var made = promise;
                byte[] own = wasm.ToArray();
                _ = Task.Run(() => MakeAsync(made, own, digest, name), CancellationToken.None);
            }

            promise.Join();
        }

        return WaitAsync(promise, digest, cancellation);
    }

    private void CountMemoryHit()
    {
        Interlocked.Increment(ref _memoryHits);
        RuntimeTelemetry.Loaded("memory");
    }

    private async Task<WasmModule> WaitAsync(ModulePromise promise, string digest, CancellationToken cancellation)
    {
        try
        {
            return await promise.Task.WaitAsync(cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_maker.CanBeCancelled && !promise.Task.IsCompleted)
        {
            Leave(promise, digest);
            throw;
        }
    }

    private void Leave(ModulePromise promise, string digest)
    {
        lock (_lock)
        {
            if (promise.Leave())
            {
                Forget(promise, digest);
            }
        }
    }

    private async Task MakeAsync(ModulePromise promise, byte[] wasm, string digest, string? name)
    {
        try
        {
            var module = await _maker.MakeAsync(wasm, digest, name, promise.Abandoned).ConfigureAwait(false);
            lock (_lock)
            {
                End(promise, digest);
                if (!_disposed)
                {
                    _modules.Add(module);
                }
            }

            promise.Keep(module);
        }
        catch (Exception failure)
        {
            lock (_lock)
            {
                End(promise, digest);
            }

            promise.Break(failure);
        }
    }

    private void End(ModulePromise promise, string digest)
    {
        Forget(promise, digest);
        promise.Dispose();
    }

    // Only itself: after everybody left, somebody may have begun anew.
    private void Forget(ModulePromise promise, string digest)
    {
        if (_making.TryGetValue(digest, out var current) && current == promise)
        {
            _making.Remove(digest);
        }
    }
}
