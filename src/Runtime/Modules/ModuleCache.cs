using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Interop;

namespace WasmActors.Runtime.Modules;

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
    private readonly RecentModules _modules;
    private readonly Dictionary<string, TaskCompletionSource<WasmModule>> _making = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _slots = new(Environment.ProcessorCount);
    private readonly Lock _lock = new();
    private long _compilations;
    private long _diskHits;
    private long _memoryHits;
    private bool _disposed;

    /// <summary>Makes a cache. The disk is not touched before the first module is asked for.</summary>
    /// <param name="engine">The engine that the modules are for. It is not disposed with the cache.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="WasmError"><c>engine.bad_settings</c>: an option is out of its range.</exception>
    public ModuleCache(WasmEngine engine, ModuleCacheOptions? options = null)
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
    }

    /// <summary>The engine that the modules are for.</summary>
    public WasmEngine Engine { get; }

    /// <summary>The folder of compiled modules; null where none are kept on disk.</summary>
    public string? Folder { get; }

    /// <summary>The first thing that went wrong with the folder, for people; null while all is well. Modules are answered all the
    /// same, compiled each time instead of loaded.</summary>
    public string? DiskProblem => _disk?.Problem;

    /// <summary>How many modules were compiled, or tried to be.</summary>
    public long Compilations => Interlocked.Read(ref _compilations);

    /// <summary>How many modules were loaded from disk.</summary>
    public long DiskHits => Interlocked.Read(ref _diskHits);

    /// <summary>How often a module was answered without either, by waiting for somebody else's included.</summary>
    public long MemoryHits => Interlocked.Read(ref _memoryHits);

    /// <summary>The module of these bytes, compiled only where neither memory nor disk has it.</summary>
    /// <param name="bytes">Binary, or text, which is converted first. Not read after this method has returned its task.</param>
    /// <param name="name">For messages and logs; default: the name section's. The first name that a module gets stays.</param>
    /// <param name="cancellation">Ends the waiting, not the compilation: that can't be interrupted, and others may wait for it.</param>
    /// <exception cref="WasmError"><c>module.invalid</c> with Wasmtime's own message; the same bytes are tried again the next time.</exception>
    /// <exception cref="ObjectDisposedException">The cache or its engine was disposed.</exception>
    public Task<WasmModule> GetAsync(ReadOnlyMemory<byte> bytes, string? name = null, CancellationToken cancellation = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (cancellation.IsCancellationRequested)
        {
            return Task.FromCanceled<WasmModule>(cancellation);
        }

        return ModuleText.IsBinary(bytes.Span) ? GetBinary(bytes, name, cancellation) : GetTextAsync(bytes.ToArray(), name, cancellation);
    }

    /// <summary>The module in a file, binary or text; its name is the file's. Otherwise as <see cref="GetAsync"/>.</summary>
    /// <exception cref="WasmError"><c>module.unreadable</c>, <c>module.invalid</c></exception>
    public async Task<WasmModule> GetFileAsync(string path, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        byte[] bytes = await ModuleText.ReadFileAsync(path, cancellation).ConfigureAwait(false);
        return await GetAsync(bytes, Path.GetFileName(path), cancellation).ConfigureAwait(false);
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

            Interlocked.Increment(ref _memoryHits);
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
    }

    private async Task<WasmModule> GetTextAsync(byte[] text, string? name, CancellationToken cancellation)
    {
        byte[] wasm = await Task.Run(() => ModuleText.ToBinary(text), cancellation).ConfigureAwait(false);
        return await GetBinary(wasm, name, cancellation).ConfigureAwait(false);
    }

    private Task<WasmModule> GetBinary(ReadOnlyMemory<byte> wasm, string? name, CancellationToken cancellation)
    {
        string digest = WasmModule.DigestOf(wasm.Span);
        TaskCompletionSource<WasmModule>? promise;
        lock (_lock)
        {
            if (_modules.TryGet(digest, out var known))
            {
                Interlocked.Increment(ref _memoryHits);
                return Task.FromResult(known);
            }

            if (_making.TryGetValue(digest, out promise))
            {
                Interlocked.Increment(ref _memoryHits);
            }
            else
            {
                promise = new TaskCompletionSource<WasmModule>(TaskCreationOptions.RunContinuationsAsynchronously);
                _making.Add(digest, promise);
                byte[] own = wasm.ToArray();
                _ = Task.Run(() => MakeAsync(promise, own, digest, name), CancellationToken.None);
            }
        }

        return promise.Task.WaitAsync(cancellation);
    }

    private async Task MakeAsync(TaskCompletionSource<WasmModule> promise, byte[] wasm, string digest, string? name)
    {
        try
        {
            await _slots.WaitAsync().ConfigureAwait(false);
            WasmModule module;
            try
            {
                // Not on a thread of the pool, which others need while this one compiles for seconds.
                module = await Task.Factory.StartNew(() => LoadOrCompile(wasm, digest, name), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
            }
            finally
            {
                _slots.Release();
            }

            lock (_lock)
            {
                _making.Remove(digest);
                if (!_disposed)
                {
                    _modules.Add(module);
                }
            }

            promise.SetResult(module);
        }
        catch (Exception failure)
        {
            lock (_lock)
            {
                _making.Remove(digest);
            }

            promise.SetException(failure);
            _ = promise.Task.Exception; // Everybody who waited may have left.
        }
    }

    private WasmModule LoadOrCompile(byte[] wasm, string digest, string? name)
    {
        using var use = Engine.BeginUse();
        nint loaded = _disk?.TryLoad(digest) ?? 0;
        if (loaded != 0)
        {
            Interlocked.Increment(ref _diskHits);
            return WasmModule.FromArtifact(Engine, loaded, wasm, digest, name);
        }

        Interlocked.Increment(ref _compilations);
        var module = WasmModule.FromBinary(Engine, wasm, name, shared: true);
        if (_disk is not null)
        {
            _disk.Save(module.Digest, ModuleTypes.Serialize(module));
        }

        return module;
    }
}
