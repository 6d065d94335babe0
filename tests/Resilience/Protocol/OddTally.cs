using System.Collections.Concurrent;
using WasmActors.Actors.Messages;
using WasmActors.Runtime.Failures;
using static WasmActors.Actors.Messages.StoreProtocol;

namespace WasmActors.Resilience.Protocol;

/// <summary>What was answered.</summary>
internal sealed class OddTally
{
    private readonly ConcurrentDictionary<string, long> _codes = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _wrong = new();
    private long _answered;
    private long _strays;

    internal long Sent => Volatile.Read(ref _answered) + Volatile.Read(ref _strays);

    internal IReadOnlyCollection<string> AllWrong => _wrong;

    internal IEnumerable<KeyValuePair<string, long>> Codes => _codes.OrderByDescending(static code => code.Value);

    internal void Strayed() => Interlocked.Increment(ref _strays);

    internal void Wrong(string what) => _wrong.Enqueue(what);

    internal void Answered(Command sent, object answer)
    {
        Interlocked.Increment(ref _answered);
        if (answer is Failed failed)
        {
            Failed(sent, failed.Failure);
        }
        else if (!IsReplyTo(sent, answer))
        {
            Wrong($"{sent} was answered with {answer}");
        }
        else
        {
            Count("a result");
            foreach (var reply in (answer as BatchReturned)?.Replies ?? [])
            {
                if (reply is not (Returned or Failed { Failure.Code.Length: > 0 }))
                {
                    Wrong($"a call of a batch was answered with {reply}");
                }
            }
        }
    }

    private static bool IsReplyTo(Command sent, object answer) => (sent, answer) switch
    {
        (Instantiate or InstantiateInOrder, Instantiated) => true,
        (Call, Returned) => true,
        (CallBatch, BatchReturned) => true,
        (RunCommand, Exited) => true,
        (CreateFunc or CreateServedFunc or CreateMemory or CreateTable or CreateGlobal, Created) => true,
        (ReadMemory, StoreProtocol.Bytes) => true,
        (GetSize or GrowMemory or GrowTable, Size) => true,
        (GetElement or GetGlobal, Value) => true,
        (GetExternType, TypeOf) => true,
        (GetFuel, Fuel) => true,
        (GetData, Data) => true,
        (GetStatus, StoreStatus) => true,
        (WriteMemory or SetElement or SetGlobal or SetFuel or SetData or CollectGuestHeap, Done) => true,
        _ => false,
    };

    private void Failed(Command sent, WasmFailure? failure)
    {
        if (failure?.Code is not { Length: > 0 } code)
        {
            Wrong($"{sent} failed without a code");
        }
        else if (code is ErrorCode.StoreLost or ErrorCode.StoreGone or ErrorCode.CircuitOpen)
        {
            Wrong($"{sent} broke its store: {failure}");
        }
        else
        {
            Count(code);
        }
    }

    private void Count(string code) => _codes.AddOrUpdate(code, 1, static (_, count) => count + 1);
}
