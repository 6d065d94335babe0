using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Limits;

namespace WasmActors.Runtime.Modules.Compilation;

/// <summary>
/// Compiles modules in processes: some at a time, some waiting, no more. After each it starts the process for the next one, which
/// ends when none comes. Usable from any thread.
/// </summary>
internal sealed class CompilerPool : IDisposable
{
    private readonly CompilerProgram? _program;
    private readonly EngineSettings _settings;
    private readonly CompileLimits _limits;
    private readonly SemaphoreSlim _turns;
    private readonly Timer _idle;
    private readonly Lock _lock = new();
    private CompilerChild? _ready;
    private int _asked;
    private bool _disposed;

    /// <summary>Makes a pool. No process is started before the first module.</summary>
    /// <param name="settings">Of the engine that the modules are for.</param>
    /// <param name="limits">What each module may use, and how many there may be.</param>
    /// <param name="program">Null for the one beside the library, looked for when the first module comes.</param>
    public CompilerPool(EngineSettings settings, CompileLimits limits, CompilerProgram? program)
    {
        _program = program;
        _settings = settings;
        _limits = limits;
        _turns = new SemaphoreSlim(limits.Children);
        _idle = new Timer(static pool => ((CompilerPool)pool!).EndReady(), this, Timeout.Infinite, Timeout.Infinite);
    }

    /// <summary>Compiles a module.</summary>
    /// <param name="wasm">The module in binary form; not to be changed meanwhile.</param>
    /// <param name="digest">Its SHA-256.</param>
    /// <param name="cancellation">Ends the process that compiles it.</param>
    /// <returns>The compiled form, authenticated.</returns>
    /// <exception cref="WasmError"><c>compiler.busy</c>, and those of <see cref="CompilerChild.Compile"/>.</exception>
    public async Task<byte[]> CompileAsync(byte[] wasm, byte[] digest, CancellationToken cancellation)
    {
        try
        {
            if (Interlocked.Increment(ref _asked) > _limits.Children + _limits.Waiting)
            {
                throw new WasmError(ErrorCode.CompilerBusy, $"{_limits.Children} modules are being compiled and {_limits.Waiting} wait (CompileLimits.Children, CompileLimits.Waiting): ask again later.");
            }

            await _turns.WaitAsync(cancellation).ConfigureAwait(false);
            try
            {
                // Not on a thread of the pool: this one waits for as long as the module takes.
                return await Task.Factory.StartNew(() => Compile(wasm, digest, cancellation), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
            }
            finally
            {
                _turns.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _asked);
        }
    }

    /// <summary>Ends the process that waits for a module. Modules that are being compiled are compiled to their end.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
        }

        EndReady();
        _idle.Dispose();
    }

    private byte[] Compile(byte[] wasm, byte[] digest, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var program = _program ?? CompilerProgram.Find();
        byte[] artifact;
        using (var child = TakeReady() ?? CompilerChild.Start(program, _settings))
        {
            artifact = child.Compile(wasm, digest, _limits, cancellation);
        }

        StartNext(program);
        return artifact;
    }

    private CompilerChild? TakeReady()
    {
        CompilerChild? child;
        lock (_lock)
        {
            child = _ready;
            _ready = null;
        }

        if (child is { HasExited: true })
        {
            child.Dispose();
            return null;
        }

        return child;
    }

    private void StartNext(CompilerProgram program)
    {
        if (_limits.KeepReady == TimeSpan.Zero)
        {
            return;
        }

        lock (_lock)
        {
            if (_disposed || _ready is not null)
            {
                return;
            }

            try
            {
                _ready = CompilerChild.Start(program, _settings);
            }
            catch (WasmError)
            {
                return; // The next module will tell.
            }

            _idle.Change(_limits.KeepReady, Timeout.InfiniteTimeSpan);
        }
    }

    private void EndReady() => TakeReady()?.Dispose();
}
