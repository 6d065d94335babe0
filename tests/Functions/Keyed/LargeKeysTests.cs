using WasmActors.Actors.Admission;
using WasmActors.Actors.Handles;
using WasmActors.Functions.Api;
using WasmActors.Functions.Tests.Support;

namespace WasmActors.Functions.Tests.Keyed;

/// <summary>Functions whose guests grow, on a node with little memory.</summary>
public sealed class LargeKeysTests : IDisposable
{
    private const long MiB = 1 << 20;
    private const long Machine = 256 * MiB;

    // Begins small; the first call grows by 16 MiB.
    private const string Grower = """
        (module (memory 1)
          (func (export "grow") (result i32) (memory.grow (i32.const 256)))
          (func (export "size") (result i32) (memory.size)))
        """;

    private readonly TestDatabase _database = new();

    public void Dispose() => _database.Dispose();

    [SkippableTheory]
    [InlineData(FunctionKind.Keyed)]
    [InlineData(FunctionKind.Stateless)]
    public async Task Idle_stores_return_their_memory_to_those_that_grow(FunctionKind kind)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Only on Linux is growth admitted.");
        long most = 0;
        await using var node = await StartAsync();
        for (int i = 0; i < 60; i++)
        {
            string name = kind == FunctionKind.Keyed ? "large" : $"large-{i}";
            if (kind == FunctionKind.Stateless || i == 0)
            {
                await node.DeployAsync(new FunctionSpec(name) { Kind = kind, Reuse = StoreReuse.UntilIdle }, Grower);
            }

            var function = node.Functions.Get(name, kind == FunctionKind.Keyed ? $"{i}" : null);
            Assert.Equal(1, (await Expect.SoonAsync(function.CallAsync("grow"))).Value.AsI32());
            most = Math.Max(most, node.Host.Admission.Memory.Granted);
        }

        Assert.InRange(most, 100 * MiB, Machine - (32 * MiB));
    }

    [SkippableFact]
    public async Task Keys_in_use_keep_theirs_and_growth_beyond_the_machine_is_answered_minus_one()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Only on Linux is growth admitted.");
        await using var node = await StartAsync();
        await node.DeployAsync(new FunctionSpec("busy") { Kind = FunctionKind.Keyed }, """
            (module (memory 1)
              (func (export "hold") (if (i32.ne (memory.grow (i32.const 256)) (i32.const -1)) (then (loop $on (br $on)))))
              (func (export "size") (result i32) (memory.size)))
            """);
        using var over = new CancellationTokenSource();
        Task[] holds = [.. Enumerable.Range(0, 40).Select(key => node.Functions.Get("busy", $"{key}").CallAsync("hold", new CallOptions(TimeSpan.FromSeconds(60), over.Token)).AsTask())];

        // Those that are answered -1 return.
        await Expect.ConditionAsync(() => holds.Count(static h => h.IsCompletedSuccessfully) + (int)(node.Host.Admission.Memory.Granted / (14 * MiB)) >= 40, "all have grown or not");
        Assert.InRange(node.Host.Admission.Memory.Granted, 100 * MiB, Machine - (32 * MiB));
        await over.CancelAsync();
        await Task.WhenAll(holds.Select(static h => h.ContinueWith(static _ => { }, TaskScheduler.Default)));
        await Expect.ConditionAsync(() => node.Host.Admission.Memory.Granted == 0, "all is returned");
    }

    // What guests were granted is all that the machine has: the test looks at nothing that others in this process take.
    private async Task<TestNode> StartAsync() =>
        await TestNode.StartAsync(await _database.OpenAsync(), stores: static plain => plain with
        {
            Admission = new AdmissionOptions { MemoryMarginBytes = 16 * MiB, Machine = static () => new MemoryReading(Machine, Machine) },
        });
}
