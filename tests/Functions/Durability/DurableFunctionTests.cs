using System.Text;
using WasmActors.Functions.Api;
using WasmActors.Functions.Tests.Support;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Values;

namespace WasmActors.Functions.Tests.Durability;

public sealed class DurableFunctionTests : IAsyncLifetime
{
    // Counts in memory, in a global and in a table: how often "next" was called is in all three.
    private const string Account = """
        (module
          (memory (export "memory") 1 4)
          (global $balance (mut i64) (i64.const 0))
          (global $started (mut i32) (i32.const 0))
          (table $t 4 funcref)
          (elem declare func $one)
          (start $begin)
          (func $begin (global.set $started (i32.add (global.get $started) (i32.const 1))))
          (func $one (result i32) (i32.const 1))
          (func (export "started") (result i32) (global.get $started))
          (func (export "balance") (result i64) (global.get $balance))
          (func (export "deposit") (param i64) (result i64)
            (table.set $t (i32.const 2) (ref.func $one))
            (i64.store (i32.const 40000) (i64.add (i64.load (i32.const 40000)) (local.get 0)))
            (global.set $balance (i64.add (global.get $balance) (local.get 0)))
            (global.get $balance))
          (func (export "total") (result i64) (i64.load (i32.const 40000)))
          (func (export "mark") (result i32) (call_indirect $t (result i32) (i32.const 2)))
          (func (export "withdraw") (param i64) (result i64)
            (global.set $balance (i64.sub (global.get $balance) (local.get 0)))
            (i64.store (i32.const 40000) (i64.const -1))
            (if (i64.lt_s (global.get $balance) (i64.const 0)) (then unreachable))
            (i64.store (i32.const 40000) (global.get $balance))
            (global.get $balance))
          (func (export "growAndTrap") (drop (memory.grow (i32.const 1))) (i32.store (i32.const 100000) (i32.const 7)) unreachable)
          (func (export "grow") (result i32) (drop (memory.grow (i32.const 1))) (i32.store (i32.const 100000) (i32.const 7)) (memory.size))
          (func (export "pages") (result i32) (memory.size))
          (func (export "seven") (result i32) (i32.load (i32.const 100000)))
          (func (export "spin") (param i64) (global.set $balance (i64.const -5)) (loop $again (br $again))))
        """;

    private readonly TestDatabase _database = new();
    private readonly MemoryStates _states = new();
    private TestNode _node = null!;

    public async Task InitializeAsync() => _node = await StartAsync();

    public async Task DisposeAsync()
    {
        await _node.DisposeAsync();
        _database.Dispose();
    }

    [Fact]
    public async Task What_was_answered_is_there_after_a_restart_of_the_node()
    {
        await DeployAsync("account");
        await CallAsync("account", "a", "deposit", 100L);
        await CallAsync("account", "a", "deposit", 20L);
        await CallAsync("account", "b", "deposit", 1L);

        await RestartAsync();

        Assert.Equal(120, await CallAsync("account", "a", "balance"));
        Assert.Equal(120, await CallAsync("account", "a", "total"));
        Assert.Equal(1, await CallAsync("account", "a", "mark"));
        Assert.Equal(1, await CallAsync("account", "b", "balance"));
        Assert.Equal(1, await CallAsync("account", "a", "started"));
    }

    [Fact]
    public async Task A_key_that_was_idle_goes_on_where_it_was()
    {
        await DeployAsync("idle", new FunctionLimits { IdleAfter = TimeSpan.FromMilliseconds(20) });
        for (long i = 1; i <= 20; i++)
        {
            Assert.Equal(i, await CallAsync("idle", "a", "deposit", 1L));
            await Task.Delay(i % 5 == 0 ? 60 : 1); // leaves it alone for longer than its idle time, now and then
        }
    }

    [Fact]
    public async Task A_call_that_traps_changes_nothing()
    {
        await DeployAsync("atomic");
        await CallAsync("atomic", "a", "deposit", 50L);

        Assert.Equal("trap.unreachable", await CodeAsync("atomic", "a", "withdraw", 60L));

        Assert.Equal(50, await CallAsync("atomic", "a", "balance"));
        Assert.Equal(50, await CallAsync("atomic", "a", "total"));
        Assert.Equal(1, _states["atomic", "a"]!.Sequence);
    }

    [Fact]
    public async Task A_first_call_that_traps_leaves_a_key_that_has_run_its_start_function_once()
    {
        await DeployAsync("first");

        Assert.Equal("trap.unreachable", await CodeAsync("first", "a", "withdraw", 1L));

        Assert.Null(_states["first", "a"]);
        Assert.Equal(1, await CallAsync("first", "a", "started"));
        Assert.Equal(0, await CallAsync("first", "a", "balance"));
    }

    [Fact]
    public async Task A_trap_after_the_memory_grew_is_undone_too()
    {
        await DeployAsync("grown");
        await CallAsync("grown", "a", "deposit", 5L);

        Assert.Equal("trap.unreachable", await CodeAsync("grown", "a", "growAndTrap"));
        Assert.Equal(1, await CallAsync("grown", "a", "pages"));
        Assert.Equal(5, await CallAsync("grown", "a", "balance"));

        Assert.Equal(2, await CallAsync("grown", "a", "grow"));
        await RestartAsync();
        Assert.Equal(2, await CallAsync("grown", "a", "pages"));
        Assert.Equal(7, await CallAsync("grown", "a", "seven"));
    }

    [Fact]
    public async Task What_a_helper_of_the_convention_changed_before_it_trapped_is_undone_too()
    {
        const string Guest = """
            (module (memory (export "memory") 1) (global $n (mut i32) (i32.const 0))
              (func (export "wasmactors_alloc") (param i32) (result i32)
                (global.set $n (i32.add (global.get $n) (i32.const 1)))
                (if (i32.eq (local.get 0) (i32.const 13)) (then unreachable))
                (i32.const 1024))
              (func (export "read") (param i32 i32) (result i64)
                (i32.store (i32.const 512) (global.get $n))
                (i64.or (i64.shl (i64.const 512) (i64.const 32)) (i64.const 4))))
            """;
        await _node.DeployAsync(Spec("helped") with { Convention = CallingConvention.Bytes }, Guest);
        Assert.Equal([1, 0, 0, 0], (await SendAsync("helped", FunctionRequest.Bytes("read", new byte[1]))).Bytes.ToArray());

        var trap = await Assert.ThrowsAnyAsync<WasmException>(() => SendAsync("helped", FunctionRequest.Bytes("read", new byte[13])));

        Assert.Equal("trap.unreachable", trap.Code);
        Assert.Equal([1, 0, 0, 0], (await SendAsync("helped", FunctionRequest.Bytes("read", default))).Bytes.ToArray());
    }

    [Fact]
    public async Task A_call_that_exceeds_its_deadline_changes_nothing()
    {
        await DeployAsync("late", new FunctionLimits { Deadline = TimeSpan.FromMilliseconds(500) });
        await CallAsync("late", "a", "deposit", 5L);

        Assert.Equal(ErrorCode.DeadlineExceeded, await CodeAsync("late", "a", "spin", 0L));

        Assert.Equal(5, await CallAsync("late", "a", "balance"));
    }

    [Fact]
    public async Task A_call_that_changes_nothing_commits_nothing()
    {
        await DeployAsync("read");
        await CallAsync("read", "a", "deposit", 5L);

        await CallAsync("read", "a", "balance");
        await CallAsync("read", "a", "total");

        Assert.Single(_states.Commits);
    }

    [Fact]
    public async Task A_call_with_an_idempotency_key_runs_once_also_across_a_restart()
    {
        await DeployAsync("once");
        var request = FunctionRequest.Numbers("deposit", [Val.I64(10)]) with { IdempotencyKey = "order-1" };
        Assert.False((await SendAsync("once", request)).Replayed);

        await RestartAsync();
        var repeated = await SendAsync("once", request);

        Assert.True(repeated.Replayed);
        Assert.Equal(10L, repeated.Results.Value.AsI64());
        Assert.Equal(10, await CallAsync("once", "a", "balance"));
        var other = FunctionRequest.Numbers("deposit", [Val.I64(11)]) with { IdempotencyKey = "order-1" };
        await RestartAsync();
        var mismatch = await Assert.ThrowsAnyAsync<WasmException>(() => SendAsync("once", other));
        Assert.Equal(FunctionErrorCode.IdempotencyMismatch, mismatch.Code);
    }

    [Fact]
    public async Task As_many_calls_are_remembered_as_the_store_keeps_answers_of()
    {
        await DeployAsync("bounded");
        for (int i = 0; i < 200; i++) // more than the key remembers in memory alone
        {
            await SendAsync("bounded", FunctionRequest.Numbers("deposit", [Val.I64(1)]) with { IdempotencyKey = $"order-{i}" });
        }

        await RestartAsync();

        Assert.True((await SendAsync("bounded", FunctionRequest.Numbers("deposit", [Val.I64(1)]) with { IdempotencyKey = "order-198" })).Replayed);
        Assert.False((await SendAsync("bounded", FunctionRequest.Numbers("deposit", [Val.I64(1)]) with { IdempotencyKey = "order-10" })).Replayed);
        Assert.Equal(201, await CallAsync("bounded", "a", "balance"));
    }

    [Fact]
    public async Task A_call_with_an_idempotency_key_that_failed_changed_nothing_and_runs_again()
    {
        await DeployAsync("retried");
        var request = FunctionRequest.Numbers("withdraw", [Val.I64(10)]) with { IdempotencyKey = "order-2" };
        Assert.Equal("trap.unreachable", (await Assert.ThrowsAnyAsync<WasmException>(() => SendAsync("retried", request))).Code);
        await CallAsync("retried", "a", "deposit", 15L);

        var again = await SendAsync("retried", request);

        Assert.False(again.Replayed);
        Assert.Equal(5L, again.Results.Value.AsI64());
        Assert.True((await SendAsync("retried", request)).Replayed);
    }

    [Fact]
    public async Task Whoever_is_overtaken_commits_nothing_and_its_call_runs_on_the_newer_state()
    {
        await DeployAsync("fenced");
        await CallAsync("fenced", "a", "deposit", 5L);
        var before = _states["fenced", "a"]!;

        // Another node has continued the key: it deposited 100.
        await CallAsync("fenced", "twin", "deposit", 5L);
        await CallAsync("fenced", "twin", "deposit", 100L);
        var ahead = _states["fenced", "twin"]!;
        var overtaking = new WasmActors.Functions.State.StateCommit(before.Id, "fenced", "a", before.ModuleDigest, before.Version, before.Sequence + 1, ahead.Deltas[^1]);
        await _states.CommitAsync([overtaking]);

        Assert.Equal(106, await CallAsync("fenced", "a", "deposit", 1L));
        Assert.Equal(3, _states["fenced", "a"]!.Sequence);
    }

    [Fact]
    public async Task A_database_that_fails_leaves_the_committed_state()
    {
        await DeployAsync("away");
        await CallAsync("away", "a", "deposit", 5L);
        _states.Before = static _ => throw new WasmError(ErrorCode.StateUnavailable, "The database is away.");

        Assert.Equal(ErrorCode.StateUnavailable, await CodeAsync("away", "a", "deposit", 1L));
        _states.Before = null;

        Assert.Equal(5, await CallAsync("away", "a", "balance"));
        Assert.Equal(6, await CallAsync("away", "a", "deposit", 1L));
    }

    [Fact]
    public async Task Many_changes_become_a_checkpoint()
    {
        await DeployAsync("many");
        for (long i = 1; i <= 450; i++)
        {
            Assert.Equal(i, await CallAsync("many", "a", "deposit", 1L));
        }

        Assert.True(_states["many", "a"]!.Deltas.Count < 250);
        await RestartAsync();
        Assert.Equal(450, await CallAsync("many", "a", "balance"));
    }

    [Fact]
    public async Task A_function_that_was_deleted_and_deployed_again_begins_anew()
    {
        await DeployAsync("anew");
        await CallAsync("anew", "a", "deposit", 5L);

        await Expect.SoonAsync(_node.Functions.DeleteAsync("anew"));
        Assert.Null(_states["anew", "a"]);
        await DeployAsync("anew");

        Assert.Equal(0, await CallAsync("anew", "a", "balance"));
    }

    [Fact]
    public async Task Keys_with_a_state_keep_their_module_and_new_keys_get_the_new_one()
    {
        await DeployAsync("pinned");
        await CallAsync("pinned", "old", "deposit", 5L);

        await Expect.SoonAsync(_node.Functions.UpdateAsync("pinned", Encoding.UTF8.GetBytes(Account.Replace("(i32.const 1))\n", "(i32.const 2))\n", StringComparison.Ordinal)), static spec => spec, new DeployOptions { RollOut = RollOut.AtOnce }));

        Assert.Equal(5, await CallAsync("pinned", "old", "balance"));
        Assert.Equal(1, await CallAsync("pinned", "old", "mark"));
        await CallAsync("pinned", "new", "deposit", 1L);
        Assert.Equal(2, await CallAsync("pinned", "new", "mark"));
        await RestartAsync();
        Assert.Equal(1, await CallAsync("pinned", "old", "mark"));
    }

    [Fact]
    public async Task A_module_that_keys_run_is_not_deleted_when_no_version_has_it_any_more()
    {
        await DeployAsync("pinning");
        await CallAsync("pinning", "a", "deposit", 5L);
        string digest = _states["pinning", "a"]!.ModuleDigest;
        await _node.DeployAsync(Spec("pinning"), Wat.Counter);
        for (int version = 0; version < FunctionEntry.MaxVersions; version++)
        {
            await Expect.SoonAsync(_node.Functions.UpdateAsync("pinning", null, spec => spec with { Label = $"v{version}" }));
        }

        Assert.DoesNotContain(_node.Functions.Catalogue.Find("pinning")!.Versions, v => v.Spec.ModuleDigest == digest);
        var inUse = await Assert.ThrowsAnyAsync<WasmException>(() => Expect.SoonAsync(_node.Functions.StoredModules.DeleteAsync(digest)));
        Assert.Equal(FunctionErrorCode.ModuleInUse, inUse.Code);
        var (unused, removed) = await Expect.SoonAsync(_node.Functions.StoredModules.CollectAsync(TimeSpan.Zero, null, default));
        Assert.DoesNotContain(digest, unused);
        Assert.Equal(0, removed);

        await RestartAsync();
        Assert.Equal(5, await CallAsync("pinning", "a", "balance"));
    }

    [Fact]
    public async Task The_same_module_in_a_new_version_takes_the_state_over()
    {
        await DeployAsync("renewed");
        await CallAsync("renewed", "a", "deposit", 5L);

        await Expect.SoonAsync(_node.Functions.UpdateAsync("renewed", null, static spec => spec with { Label = "v2" }, new DeployOptions { RollOut = RollOut.AtOnce }));

        Assert.Equal(6, await CallAsync("renewed", "a", "deposit", 1L));
        Assert.Equal(2, _states["renewed", "a"]!.Version);
    }

    [Fact]
    public async Task What_the_host_added_to_the_module_cannot_be_called()
    {
        await DeployAsync("hidden");

        Assert.Equal(ErrorCode.ExportNotFound, await CodeAsync("hidden", "a", "$wa.start"));
        Assert.DoesNotContain(await _node.Functions.ExportsAsync("hidden"), static e => e.Name.StartsWith('$'));
    }

    [Fact]
    public async Task A_module_whose_state_cannot_be_kept_is_not_deployed()
    {
        var failure = await Assert.ThrowsAnyAsync<WasmException>(() => _node.DeployAsync(Spec("refused"), "(module (table (export \"t\") 1 externref) (func (export \"f\") (table.set (i32.const 0) (ref.null extern))))"));

        Assert.Equal(ErrorCode.StateUnsupported, failure.Code);
        Assert.Null(_node.Functions.Catalogue.Find("refused"));
    }

    [Fact]
    public async Task A_stateless_function_and_one_with_folders_cannot_be_durable()
    {
        var folders = new FunctionGrants { Folders = [new("/tmp", "/tmp")] };

        Assert.Equal(FunctionErrorCode.BadSpec, (await Assert.ThrowsAnyAsync<WasmException>(() => _node.DeployAsync(Spec("stateless") with { Kind = FunctionKind.Stateless }, Account))).Code);
        Assert.Equal(FunctionErrorCode.BadSpec, (await Assert.ThrowsAnyAsync<WasmException>(() => _node.DeployAsync(Spec("folders") with { Grants = folders }, Account))).Code);
    }

    [Fact]
    public async Task A_durable_function_does_not_become_one_in_memory_by_mistake()
    {
        await DeployAsync("kept");

        var failure = await Assert.ThrowsAnyAsync<WasmException>(() => _node.DeployAsync(Spec("kept") with { State = FunctionState.Memory }, Account));

        Assert.Equal(FunctionErrorCode.ChangeNotConfirmed, failure.Code);
    }

    private static FunctionSpec Spec(string name) => new(name) { Kind = FunctionKind.Keyed, State = FunctionState.Durable };

    private async Task<TestNode> StartAsync() => await TestNode.StartAsync(await _database.OpenAsync(), options: o => o with { State = _states });

    private async Task RestartAsync()
    {
        await _node.DisposeAsync();
        _node = await StartAsync();
    }

    private Task<Deployment> DeployAsync(string name, FunctionLimits? limits = null) => _node.DeployAsync(Spec(name) with { Limits = limits ?? new FunctionLimits() }, Account);

    private async Task<long> CallAsync(string name, string key, string export, params object[] arguments)
    {
        var value = (await Expect.SoonAsync(_node.Functions.Get(name, key).CallAsync(export, arguments))).Value;
        return value.Kind == ValKind.I64 ? value.AsI64() : value.AsI32();
    }

    private async Task<string> CodeAsync(string name, string key, string export, params object[] arguments) =>
        (await Assert.ThrowsAnyAsync<WasmException>(async () => await Expect.SoonAsync(_node.Functions.Get(name, key).CallAsync(export, arguments)))).Code;

    private async Task<FunctionReply> SendAsync(string name, FunctionRequest request) => await Expect.SoonAsync(_node.Functions.Get(name, "a").SendAsync(request));
}
