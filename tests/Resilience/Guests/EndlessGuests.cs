namespace WasmActors.Resilience.Guests;

/// <summary>The ways not to end.</summary>
internal static class EndlessGuests
{
    /// <summary>The one that does not return from its start function; the others export <c>run</c>.</summary>
    internal const string Start = "start function";

    /// <summary>The one whose single instructions nothing interrupts.</summary>
    internal const string Bulk = "bulk memory";

    /// <summary>The one that keeps its thread while it sleeps, until its deadline.</summary>
    internal const string Sleep = "WASI sleep";

    /// <summary>The one that only computes.</summary>
    internal const string Call = "call";

    private static readonly TimeSpan s_held = TimeSpan.FromMilliseconds(50);
    private static readonly ManualResetEventSlim s_never = new();

    /// <summary>One more that keeps its thread, without using a processor: in a host function, see <see cref="Hold"/>. It is not one of
    /// <see cref="All"/>.</summary>
    internal static KeyValuePair<string, string> Host { get; } = new(
        "host function",
        """(module (import "env" "hold" (func $hold)) (func (export "run") (loop $again (call $hold) (br $again))))""");

    internal static IReadOnlyDictionary<string, string> All { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        [Call] = """(module (func (export "run") (loop $again (br $again))))""",
        [Start] = "(module (start $run) (func $run (loop $again (br $again))))",
        ["tail call"] = """(module (func $run (export "run") (return_call $run)))""",
        [Sleep] = """
            (module
              (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
              (memory (export "memory") 1)
              (func (export "run")
                (i32.store (i32.const 16) (i32.const 1))
                (i64.store (i32.const 24) (i64.const 3600000000000))
                (loop $again (drop (call $poll (i32.const 0) (i32.const 64) (i32.const 1) (i32.const 128))) (br $again))))
            """,
        [Bulk] = """
            (module
              (memory 256)
              (func (export "run")
                (loop $again (memory.fill (i32.const 0) (i32.const 7) (i32.const 16777216)) (br $again))))
            """,
    };

    /// <summary>A host function that does not come back for a while.</summary>
    internal static void Hold() => s_never.Wait(s_held);
}
