using Akka.Actor;
using WasmActors.Actors.Handles;
using WasmActors.Actors.Imports;
using WasmActors.Functions.Api;
using WasmActors.Functions.Hosting;
using WasmActors.Functions.Modules;
using WasmActors.Functions.Tests.Support;
using WasmActors.Runtime.Failures;

namespace WasmActors.Functions.Tests.Hosting;

public sealed class FunctionHostTests : IDisposable
{
    private readonly TestDatabase _file = new();

    public void Dispose() => _file.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(24_577)] // three quarters of the stacks that an engine has by default, and one
    public async Task A_number_of_live_keys_out_of_its_range_is_refused(int keys)
    {
        await using var host = await WasmHost.StartAsync(new WasmHostOptions { Cache = new() { OnDisk = false } });

        var refused = Assert.Throws<WasmError>(() => FunctionHost.Attach(host, new FunctionHostOptions { Modules = new MemoryModuleStore(), LiveKeys = keys }));

        Assert.Equal(ErrorCode.BadSettings, refused.Code);
        Assert.Contains(nameof(FunctionHostOptions.LiveKeys), refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1_000_001)]
    public async Task A_number_of_functions_out_of_its_range_is_rejected(int functions)
    {
        await using var host = await WasmHost.StartAsync(new WasmHostOptions { Cache = new() { OnDisk = false } });
        var options = new FunctionHostOptions { Modules = new MemoryModuleStore(), MaxFunctions = functions };

        var rejected = Assert.Throws<WasmError>(() => FunctionHost.Attach(host, options));

        Assert.Equal(ErrorCode.BadSettings, rejected.Code);
        Assert.Contains(nameof(FunctionHostOptions.MaxFunctions), rejected.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_catalogue_takes_as_many_functions_as_the_options_allow()
    {
        await using var node = await TestNode.StartAsync(await _file.OpenAsync(), options: o => o with { MaxFunctions = 2 });
        await node.DeployAsync(new FunctionSpec("one"), Wat.Counter);
        await node.DeployAsync(new FunctionSpec("two"), Wat.Counter);

        await Expect.FailureAsync(FunctionErrorCode.TooMany, node.DeployAsync(new FunctionSpec("three"), Wat.Counter));
    }

    [Fact]
    public async Task A_system_that_is_no_node_of_a_cluster_is_refused()
    {
        using var system = ActorSystem.Create("lone", "akka.stdout-loglevel = OFF");
        await using var host = WasmHost.Attach(system, new WasmHostOptions { Cache = new() { OnDisk = false } });

        Assert.Equal(ErrorCode.BadSettings, Assert.Throws<WasmError>(() => FunctionHost.Attach(host, new FunctionHostOptions { Modules = new MemoryModuleStore() })).Code);
        Assert.Contains("FunctionHostOptions.Grace", Assert.Throws<WasmError>(() => FunctionHost.Attach(host, new FunctionHostOptions { Modules = new MemoryModuleStore(), Grace = TimeSpan.FromDays(1) })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Imports_that_are_granted_and_offered_are_there()
    {
        await using var node = await TestNode.StartAsync(await _file.OpenAsync(), options: o => o with
        {
            Imports = new Dictionary<string, Action<ImportMap>>(StringComparer.Ordinal)
            {
                ["math"] = map => map.Serve("math", "twice", async (int x) =>
                {
                    await Task.Yield();
                    return 2 * x;
                }),
            },
        });
        const string Guest = """
            (module (import "math" "twice" (func $twice (param i32) (result i32)))
              (func (export "f") (param i32) (result i32) (call $twice (local.get 0))))
            """;

        await Expect.FailureAsync(ErrorCode.MissingImport, node.DeployAsync(new FunctionSpec("f"), Guest));
        await node.DeployAsync(new FunctionSpec("f") { Grants = Granted("math") }, Guest);
        Assert.Equal(42, (await Expect.SoonAsync(node.Functions.Get("f").CallAsync("f", 21))).Value.AsI32());

        var refused = await Expect.FailureAsync(ErrorCode.MissingImport, node.DeployAsync(new FunctionSpec("g") { Grants = Granted("physics") }, Guest));
        Assert.Contains("it offers math", refused.Message, StringComparison.Ordinal);

        static FunctionGrants Granted(string name) => new() { Imports = new FunctionGrants().Imports.Add(name) };
    }

    [Fact]
    public async Task A_call_that_outlives_the_grace_time_of_its_node_is_cancelled()
    {
        var node = await TestNode.StartAsync(await _file.OpenAsync(), options: o => o with { Grace = TimeSpan.FromMilliseconds(200) });
        await node.DeployAsync(new FunctionSpec("endless") { Kind = FunctionKind.Keyed, Limits = new FunctionLimits { Deadline = TimeSpan.FromMinutes(5) } }, Wat.Counter);
        var function = node.Functions.Get("endless", "k");
        await Expect.SoonAsync(function.CallAsync("next"));
        var running = function.CallAsync("spin").AsTask();

        await node.LeaveAsync();

        await Expect.FailureAsync(ErrorCode.Cancelled, running);
    }

    [Fact]
    public async Task A_call_that_ends_within_the_grace_time_is_answered()
    {
        using var asked = new SemaphoreSlim(0);
        using var answer = new SemaphoreSlim(0);
        var node = await TestNode.StartAsync(await _file.OpenAsync(), options: o => o with
        {
            Grace = TimeSpan.FromMinutes(1),
            Imports = new Dictionary<string, Action<ImportMap>>(StringComparer.Ordinal)
            {
                ["slow"] = map => map.Serve("slow", "ask", async (int x) =>
                {
                    asked.Release();
                    await answer.WaitAsync();
                    return x + 1;
                }, within: Expect.Patience),
            },
        });
        var spec = new FunctionSpec("asker")
        {
            Kind = FunctionKind.Keyed,
            Limits = new FunctionLimits { Deadline = Expect.Patience },
            Grants = new FunctionGrants { Imports = new FunctionGrants().Imports.Add("slow") },
        };
        await node.DeployAsync(spec, """
            (module (import "slow" "ask" (func $ask (param i32) (result i32)))
              (func (export "f") (param i32) (result i32) (call $ask (local.get 0))))
            """);
        var running = node.Functions.Get("asker", "k").CallAsync("f", 1).AsTask();
        await Expect.SoonAsync(asked.WaitAsync());

        var leaving = node.LeaveAsync();
        answer.Release();

        Assert.Equal(2, (await Expect.SoonAsync(running)).Value.AsI32());
        await leaving;
    }
}
