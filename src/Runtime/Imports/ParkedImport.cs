using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Values;
using WasmActors.Runtime.Wasi;

namespace WasmActors.Runtime.Imports;

/// <summary>
/// An import that a guest called and that waits for its answer. Whoever owns the store answers it, once, and then steps the call on;
/// a guest that sleeps answers itself, see <see cref="WakesAt"/>.
/// </summary>
/// <remarks>Used under the store's rule: one thread at a time.</remarks>
public sealed class ParkedImport
{
    private readonly WasmStore _store;
    private readonly long _callerSerial;
    private Val[]? _results;
    private Exception? _failure;
    private WasiWait? _wait;

    internal ParkedImport(WasmStore store, ServedFunc func, Val[] arguments, long callerSerial)
    {
        _store = store;
        Func = func;
        Arguments = arguments;
        _callerSerial = callerSerial;
    }

    /// <summary>The function that was called.</summary>
    public ServedFunc Func { get; }

    /// <summary>The arguments in order.</summary>
    public IReadOnlyList<Val> Arguments { get; }

    /// <summary>The instance that called: valid on the thread that has the store, until the answer.</summary>
    public WasmCaller Caller => new(_store, _callerSerial);

    /// <summary>Whether it has been answered, or its call was given up.</summary>
    public bool IsAnswered => _results is not null || _failure is not null;

    /// <summary>For a guest that waits in WASI, by a clock or for standard input: the timestamp of the engine's clock from which on its call is
    /// to be stepped. It goes on then, or waits until a later one. Nobody need answer. Null for an import that waits for an answer.</summary>
    public long? WakesAt => _wait?.Due;

    /// <summary>Nested work that is to run on the stack of the waiting guest; null for none.</summary>
    internal GuestCall? Guest { get; set; }

    internal Val[]? Results => _results;

    internal Exception? Failure => _failure;

    /// <summary>Answers with the function's results.</summary>
    /// <exception cref="WasmError"><c>host.bad_result</c>: they are not of the function's type; the import still waits.</exception>
    /// <exception cref="InvalidOperationException">It has been answered.</exception>
    public void Return(params ReadOnlySpan<Val> results)
    {
        RequireOpen();
        _results = Checked(results);
    }

    /// <summary>Answers with a failure: the guest unwinds, and the caller of its function gets a trap or error as it is, any other
    /// exception as the cause of <c>host.exception</c>.</summary>
    /// <exception cref="InvalidOperationException">It has been answered.</exception>
    public void Fail(Exception failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        RequireOpen();
        _failure = failure;
    }

    /// <summary>Begins the wait of a function of WASI: the guest waits, or goes on at once.</summary>
    internal void BeginWait()
    {
        try
        {
            _wait = Func.Begin!(Caller, Arguments);
        }
        catch (Exception failure)
        {
            Abandon(failure); // the guest's own mistake: its trap
        }

        WakeIfDue();
    }

    /// <summary>Answers for a guest that has waited long enough, or whose call is to end.</summary>
    internal void WakeIfDue()
    {
        if (_wait is not { } wait || IsAnswered)
        {
            return;
        }

        try
        {
            if (_store.CheckInterrupt() is { } interrupted)
            {
                Abandon(interrupted);
            }
            else if (wait.IsOver)
            {
                Return(Val.I32(wait.End(Caller)));
            }
        }
        catch (Exception failure)
        {
            Abandon(failure);
        }
    }

    /// <summary>Closes it, because the call that waits for it ends without its answer.</summary>
    internal void Abandon(Exception reason)
    {
        if (!IsAnswered)
        {
            _failure = reason;
        }
    }

    private Val[] Checked(ReadOnlySpan<Val> results)
    {
        var types = Func.Type.Results;
        if (results.Length != types.Length)
        {
            throw BadResult($"{results.Length} value(s) came back");
        }

        var values = results.Length == 0 ? [] : new Val[results.Length];
        for (int i = 0; i < values.Length; i++)
        {
            if (results[i].Kind == types[i].Kind && types[i].IsNumeric)
            {
                values[i] = results[i];
            }
            else
            {
                values[i] = HostResult.Convert(results[i], types[i]) ?? throw BadResult($"result {i + 1} was {results[i].Kind.ToString().ToLowerInvariant()}");
            }
        }

        return values;
    }

    private WasmError BadResult(string what) =>
        new(ErrorCode.HostBadResult, $"'{Func.ShownName}' must be answered with ({string.Join(", ", Func.Type.Results)}), but {what}.");

    private void RequireOpen()
    {
        if (IsAnswered)
        {
            throw new InvalidOperationException("The import has been answered.");
        }
    }
}
