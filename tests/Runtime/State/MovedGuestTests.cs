using WasmActors.Guests;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.State;
using WasmActors.Runtime.Tests.RealModules;

namespace WasmActors.Runtime.Tests.State;

/// <summary>Programs of real compilers answer the same if their whole state moves to a fresh store after every
/// call.</summary>
public sealed class MovedGuestTests
{
    // Of so many moves, one takes the whole state; the others take that one and the captures after it.
    private const int Cycle = 10;

    // For a long run: WASMACTORS_MOVED_CALLS=10000 dotnet test tests/Runtime --filter MovedGuestTests
    private static readonly int s_calls =
        int.TryParse(Environment.GetEnvironmentVariable("WASMACTORS_MOVED_CALLS"), out int calls) ? calls : 1000;

    private const string Map = """
        #include <stdlib.h>
        #include <string.h>
        #define EXPORT(name) __attribute__((export_name(#name)))
        struct entry { struct entry *next; int key; int length; char *bytes; };
        static struct entry *table[64];
        static long long calls;
        static struct entry **find(int key) {
            struct entry **at = &table[key & 63];
            while (*at && (*at)->key != key) at = &(*at)->next;
            return at;
        }
        EXPORT(put) int put(int key, int length) {
            struct entry **at = find(key);
            if (!*at) { *at = calloc(1, sizeof **at); (*at)->key = key; }
            (*at)->bytes = realloc((*at)->bytes, length);
            memset((*at)->bytes, key, length);
            (*at)->length = length;
            return (int)++calls;
        }
        EXPORT(get) int get(int key) {
            struct entry *e = *find(key);
            int sum = 0;
            for (int i = 0; e && i < e->length; i++) sum = sum * 31 + e->bytes[i];
            return e ? sum : -1;
        }
        EXPORT(drop) int drop(int key) {
            struct entry **at = find(key), *e = *at;
            if (!e) return 0;
            *at = e->next;
            free(e->bytes);
            free(e);
            return 1;
        }
        EXPORT(fail) int fail(int key) { put(key, 5000); __builtin_trap(); }
        EXPORT(sum) int sum(void) {
            int all = (int)calls;
            for (int key = 0; key < 200; key++) all = all * 17 + get(key);
            return all;
        }
        """;

    [SkippableFact]
    public async Task C_with_an_allocator()
    {
        var file = await ClangGuest.SourceAsync(Map, GuestKind.Reactor);
        Skip.If(file.IsMissing, file.MissingBecause);
        using var module = DurableGuest.Compile(await File.ReadAllBytesAsync(file.Path!));
        using var first = new DurableGuest(module);
        first.Instance.TryGetFunc("_initialize")?.Call();
        using var twin = first.With(first.State.Save());

        Move(first, twin, (guest, call) =>
        {
            int seed = HashCode.Combine(call, 15);
            int key = (seed & int.MaxValue) % 200;
            return (call % 7) switch
            {
                0 => guest.I32("drop", key).ToString(),
                1 or 2 => guest.I32("get", key).ToString(),
                3 => guest.I32("sum").ToString(),
                _ => guest.I32("put", key, (call * 37) % 3000).ToString(),
            };
        });
    }

    [SkippableFact]
    public async Task C_that_traps_continues_as_if_it_had_not_been_called()
    {
        var file = await ClangGuest.SourceAsync(Map, GuestKind.Reactor);
        Skip.If(file.IsMissing, file.MissingBecause);
        using var module = DurableGuest.Compile(await File.ReadAllBytesAsync(file.Path!));
        using var twin = new DurableGuest(module);
        var guest = twin.Fresh();
        int inPlace = 0;
        for (int i = 0; i < 200; i++)
        {
            Assert.Equal(twin.I32("put", i, i * 20), guest.I32("put", i, i * 20));
            guest.State.Capture();
            byte[] before = guest.State.Save();
            Assert.Throws<Trap>(() => guest.I32("fail", i + 1));
            if (guest.State.RollBack())
            {
                inPlace++;
            }
            else
            {
                guest.Dispose(); // its memory grew
                guest = twin.With(before);
            }

            Assert.Equal(before, guest.State.Save());
        }

        Assert.InRange(inPlace, 150, 199);
        Assert.Equal(twin.I32("sum"), guest.I32("sum"));
        Assert.Equal(twin.State.Save(), guest.State.Save());
        guest.Dispose();
    }

    [SkippableFact]
    public async Task QuickJS_with_closures_and_generators()
    {
        using var module = DurableGuest.Compile(await MovedQuickJs.ReadAsync());
        using var first = new DurableGuest(module, MovedQuickJs.Imports);
        var script = MovedQuickJs.Start(first);
        using var twin = first.With(first.State.Save());

        Move(first, twin, (guest, call) => script.On(guest).Evaluate(MovedQuickJs.ScriptOf(call)));
    }

    // The leader keeps its store, so that its memory is watched where the system can do that.
    [SkippableTheory]
    [MemberData(nameof(PagePlans.Names), MemberType = typeof(PagePlans))]
    public async Task A_follower_that_gets_every_capture_of_QuickJS_is_equal(string plan)
    {
        using var module = DurableGuest.Compile(await MovedQuickJs.ReadAsync());
        using var leader = new DurableGuest(module, static _ => MovedQuickJs.Imports, PagePlans.Of(plan));
        var script = MovedQuickJs.Start(leader);
        using var follower = leader.With(leader.State.Capture()!);
        for (int call = 0; call < s_calls; call++)
        {
            script.Evaluate(MovedQuickJs.ScriptOf(call));
            if (leader.State.Capture() is { } delta)
            {
                follower.State.Apply(delta);
            }

            if (call % 3 == 2)
            {
                script.Evaluate("inc(1); cart.clear(); g.next()");
                Assert.True(leader.State.RollBack());
            }

            if (call % 100 == 99)
            {
                Assert.Equal(leader.State.Save(), follower.State.Save());
            }
        }

        Assert.Equal(script.Evaluate("JSON.stringify([n, log, [...cart]])"), script.On(follower).Evaluate("JSON.stringify([n, log, [...cart]])"));
    }

    [SkippableFact]
    public async Task AssemblyScript_with_its_collector()
    {
        var file = await AssemblyScriptGuest.SourceAsync("""
            class Account { constructor(public name: string, public sum: i64) {} history: string[] = []; }
            const accounts = new Map<i32, Account>();
            export function add(key: i32, by: i32): i32 {
              if (!accounts.has(key)) accounts.set(key, new Account("account " + key.toString(), 0));
              const account = accounts.get(key);
              account.sum += by;
              account.history.push(account.name + " " + account.sum.toString());
              if (account.history.length > 20) account.history = account.history.slice(10);
              return <i32>account.sum;
            }
            export function remove(key: i32): i32 { return accounts.delete(key) ? 1 : 0; }
            export function describe(): i32 {
              let sum = 0;
              const keys = accounts.keys();
              for (let i = 0; i < keys.length; i++) {
                const text = accounts.get(keys[i]).history.join(";");
                for (let k = 0; k < text.length; k++) sum = sum * 31 + text.charCodeAt(k);
              }
              return sum;
            }
            export function collect(): void { __collect(); }
            """);
        Skip.If(file.IsMissing, file.MissingBecause);
        var imports = new ImportSet { Unknown = UnknownImports.Trap };
        using var module = DurableGuest.Compile(await File.ReadAllBytesAsync(file.Path!));
        using var first = new DurableGuest(module, imports);
        first.Instance.TryGetFunc(StateRewriter.Start)?.Call();
        using var twin = first.With(first.State.Save());

        Move(first, twin, static (guest, call) => (call % 9) switch
        {
            0 => guest.I32("describe").ToString(),
            4 => guest.I32("remove", call % 31).ToString(),
            7 => guest.Call("collect").Count.ToString(),
            _ => guest.I32("add", call % 31, call).ToString(),
        });
    }

    [SkippableFact]
    public async Task Rust_that_formats_text()
    {
        byte[] wasm = await File.ReadAllBytesAsync(await RealModules.RealModules.FileAsync("@dprint/json", "0.24.0", "plugin.wasm"));
        using var module = DurableGuest.Compile(wasm);
        using var first = new DurableGuest(module);
        using var twin = first.Fresh();

        Move(first, twin, static (guest, call) =>
            new DprintJson(guest.Instance).Format("a.json", $"{{\"n\":[{string.Join(" ,", Enumerable.Range(0, call % 40))}]}}", """{"plugin":{},"global":{}}"""));
    }

    // The first guest moves; its successors are disposed here.
    private static void Move(DurableGuest first, DurableGuest twin, Func<DurableGuest, int, string> call)
    {
        first.State.Capture();
        byte[] start = first.State.Save();
        var deltas = new List<byte[]> { start };
        var guest = first.With(start);
        try
        {
            for (int i = 0; i < s_calls; i++)
            {
                Assert.Equal(call(twin, i), call(guest, i));
                byte[] whole = guest.State.Save();
                byte[]? delta = guest.State.Capture();
                if (i % Cycle == 0)
                {
                    deltas.Clear();
                    deltas.Add(whole);
                }
                else if (delta is not null)
                {
                    deltas.Add(delta);
                }

                guest.Dispose();
                guest = first.With([.. deltas]);
                Assert.Equal(whole, guest.State.Save());
            }

            Assert.Equal(twin.State.Save(), guest.State.Save());
        }
        finally
        {
            guest.Dispose();
        }
    }
}
