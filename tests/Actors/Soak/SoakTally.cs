using System.Collections.Concurrent;
using WasmActors.Runtime.Failures;

namespace WasmActors.Actors.Tests.Soak;

/// <summary>Counts what was sent and how it was answered.</summary>
internal sealed class SoakTally
{
    internal const string Success = "success";

    private static readonly string[] s_expected =
        [Success, "trap.unreachable", "trap.host", ErrorCode.HostException, ErrorCode.Cancelled, ErrorCode.DeadlineExceeded, ErrorCode.StoreLost, ErrorCode.StoreGone];

    private readonly ConcurrentDictionary<string, long> _answers = new(StringComparer.Ordinal);
    private long _sent;
    private long _made;

    internal long Sent => Interlocked.Read(ref _sent);

    internal long Answered => _answers.Values.Sum();

    internal bool HasEveryOutcome => s_expected.All(_answers.ContainsKey);

    public override string ToString() =>
        $"{Sent} calls, {_made} stores made; {string.Join(", ", _answers.OrderByDescending(a => a.Value).Select(a => $"{a.Key} {a.Value}"))}";

    internal void CountSent() => Interlocked.Increment(ref _sent);

    internal void CountAnswer(string code) => _answers.AddOrUpdate(code, 1, static (_, count) => count + 1);

    internal void CountStore() => Interlocked.Increment(ref _made);
}
