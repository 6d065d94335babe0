using System.Runtime.CompilerServices;
using WasmActors.Actors.Handles;
using WasmActors.Functions.Api;
using WasmActors.Functions.Calls;
using WasmActors.Functions.Content;
using WasmActors.Functions.Conventions;
using WasmActors.Functions.Durability;
using WasmActors.Functions.Telemetry;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Wasi;

namespace WasmActors.Functions.Sessions;

/// <summary>A store with an instance of one version of a function. Used for one call at a time; whoever started it
/// stops it.</summary>
internal sealed class FunctionSession
{
    /// <summary>Where WASI's functions are imported from.</summary>
    internal const string WasiModule = "wasi_snapshot_preview1";

    /// <summary>Bytes of standard error that are kept of a call.</summary>
    internal const int StderrLimit = 64 << 10;

    private readonly InstanceRef _instance;
    private readonly Convention _convention;
    private readonly CallProgress _progress = new();
    private readonly GuestLog? _log;
    private readonly WasiCapture? _stdout;
    private readonly WasiCapture? _stderr;
    private readonly KeyState? _state;
    private CallPace _pace;
    private bool _broken;

    internal FunctionSession(FunctionEntry entry, FunctionVersion version, Convention convention, InstanceRef instance, KeyState? state, GuestLog? log, WasiCapture? stdout, WasiCapture? stderr)
    {
        _state = state;
        _convention = convention;
        _stdout = stdout;
        _pace = new CallPace(version.Spec, instance.Module);
        Entry = entry;
        Version = version;
        _instance = instance;
        _log = log;
        _stderr = stderr;
        FunctionMetrics.StoreStarted(version.Spec.Kind);
    }

    /// <summary>The function as it was when the session was started.</summary>
    internal FunctionEntry Entry { get; }

    /// <summary>The version that it runs.</summary>
    internal FunctionVersion Version { get; }

    /// <summary>Whether it cannot be used any more: its store has gone, or is no longer as a session leaves
    /// it.</summary>
    internal bool IsOver => _broken || _instance.Store.IsGone;

    /// <summary>Carries a call out.</summary>
    /// <exception cref="WasmException">It failed.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal async ValueTask<FunctionOutput> CallAsync(FunctionRuntime runtime, string export, FunctionInput input, CallTime time, CallOptions options)
    {
        Inputs.CheckShape(Version.Spec, _convention, input);
        _progress.Reset();
        _broken |= _convention.StartsAnew; // no program runs twice
        options = options with { OnThisThread = options.OnThisThread && _pace.IsShort };
        if (runtime.Host.Admission.IdleMemory is { IsAwaited: true } idle)
        {
            await idle.WaitAsync(time.Left).ConfigureAwait(false);
        }

        if (_log is not null)
        {
            _log.Span = System.Diagnostics.Activity.Current;
        }

        try
        {
            return await _convention.CallAsync(new ConventionCall(Version.Spec, _instance, export, input, time, options, _progress, (_stdout, _stderr))).ConfigureAwait(false);
        }
        catch (WasmException failure)
        {
            failure.Stderr ??= _stderr is { IsEmpty: false } said ? said.Text : null;

            // Its guest is interrupted, or still runs; a store that was made again has not run _initialize.
            _broken |= failure is { Origin: FailureOrigin.Store, Code: ErrorCode.DeadlineExceeded or ErrorCode.Cancelled or ErrorCode.StoreLost or ErrorCode.StoreGone };
            if (_state is not null && !IsOver)
            {
                // Also where the function itself was not called: the convention's helpers run in the guest, too.
                _broken = !await TryRollBackAsync().ConfigureAwait(false);
            }

            throw;
        }
        catch when (_state is not null)
        {
            _broken = true; // the host failed, and nobody knows what the guest has changed
            throw;
        }
        finally
        {
            _log?.Flush();
            _stderr?.Clear();
        }
    }

    /// <summary>Returns the kept answer to a call of a durable key that is a repetition; null if it is not
    /// one.</summary>
    /// <exception cref="WasmError"><c>state.unavailable</c>, <c>state.corrupt</c></exception>
    internal ValueTask<object?> RepeatedAsync(FunctionProtocol.Invoke call, CancellationToken cancellation) =>
        _state is null ? ValueTask.FromResult<object?>(null) : _state.RepeatedAsync(call, cancellation);

    /// <summary>Commits what the call has changed, if the key is durable. Afterwards the call may be
    /// answered.</summary>
    /// <exception cref="WasmException">See <see cref="KeyState.CommitAsync"/>; the session is over.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    internal async ValueTask CommitAsync(CallIdentity? identity, FunctionAnswer answer)
    {
        if (_state is null)
        {
            return;
        }

        try
        {
            await _state.CommitAsync(_instance, Version, identity, answer).ConfigureAwait(false);
        }
        catch
        {
            _broken = true; // its state is not the committed one
            IsUncommitted = true;
            throw;
        }
    }

    /// <summary>Bytes of memory that its guest was granted beyond what every store has.</summary>
    internal long GrantedMemory => _instance.Store.Cell.Memory.Granted;

    /// <summary>How long its call took, which it has carried out.</summary>
    internal void Took(TimeSpan time) => _pace.Took(time);

    /// <summary>Whether the function itself was called, as far as can be known, by the call that ended with this
    /// failure. What a durable key has not committed has not run.</summary>
    internal bool MayHaveRun(WasmException failure) => IsUncommitted
        ? failure.Code == FunctionErrorCode.Unanswered
        : _progress.HasReturned || (_progress.HasBegun && !WasRefused(failure));

    /// <summary>Whether its key is durable.</summary>
    internal bool IsDurable => _state is not null;

    /// <summary>Whether the last call of a durable key has returned, and its changes were not committed.</summary>
    internal bool IsUncommitted { get; private set; }

    /// <summary>Ends the store once its call is over, once. Does nothing to it when it has gone.</summary>
    internal ValueTask StopAsync()
    {
        FunctionMetrics.StoreEnded(Version.Spec.Kind);
        return _instance.Store.StopAsync(CancellationToken.None);
    }

    // By its store, before the guest was called.
    private static bool WasRefused(WasmException failure) => failure.Origin == FailureOrigin.Store
        && (failure is WasmError { WasNotBegun: true } || failure.Code is ErrorCode.Busy or ErrorCode.HostFull or ErrorCode.NoStack or ErrorCode.CircuitOpen);

    // A store that cannot be rolled back is given up, and the next call restores the committed state in a new one.
    private async ValueTask<bool> TryRollBackAsync()
    {
        try
        {
            return await _instance.RollBackStateAsync().ConfigureAwait(false);
        }
        catch (WasmException)
        {
            return false;
        }
    }
}
