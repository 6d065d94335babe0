using WasmActors.Actors.Handles;
using WasmActors.Actors.Imports;
using WasmActors.Actors.Stores;
using WasmActors.Functions.Api;
using WasmActors.Functions.Tests.Support;
using WasmActors.Runtime.Failures;

namespace WasmActors.Functions.Tests.Calls;

/// <summary>Functions whose imports run into the failures of other stores and functions.</summary>
public sealed class FailureOriginTests : IAsyncLifetime
{
    private const string Guest = """
        (module
          (import "other" "ask" (func $ask (param i32) (result i32)))
          (global $n (mut i32) (i32.const 0))
          (func (export "next") (result i32) (global.set $n (i32.add (global.get $n) (i32.const 1))) (global.get $n))
          (func (export "ask") (param i32) (result i32)
            (global.set $n (i32.add (global.get $n) (i32.const 1)))
            (call $ask (local.get 0))))
        """;

    private static readonly string[] s_codes =
    [
        ErrorCode.StoreGone, ErrorCode.StoreLost, ErrorCode.DeadlineExceeded, ErrorCode.Cancelled, ErrorCode.Busy, ErrorCode.NoStack, ErrorCode.HostFull,
        ErrorCode.CircuitOpen, FunctionErrorCode.Moved, FunctionErrorCode.NotFound,
    ];

    private readonly TestDatabase _database = new();
    private TestNode _node = null!;
    private StoreRef _gone = null!;
    private int _asked;

    public async Task InitializeAsync()
    {
        _node = await TestNode.StartAsync(await _database.OpenAsync(), options: o => o with
        {
            Imports = new Dictionary<string, Action<ImportMap>>(StringComparer.Ordinal)
            {
                ["later"] = map => map.Serve("other", "ask", AskAsync),
                ["inline"] = map => map.Set.Define("other", "ask", (int which) => AskAsync(which).GetAwaiter().GetResult()),
            },
        });
        _gone = await _node.Host.CreateStoreAsync(new StoreSpec());
        await _gone.StopAsync();
    }

    public async Task DisposeAsync()
    {
        await _node.DisposeAsync();
        _database.Dispose();
    }

    [Fact]
    public async Task A_keyed_function_keeps_its_state_whatever_its_imports_run_into()
    {
        await DeployAsync("keyed", FunctionKind.Keyed, "later");
        var key = _node.Functions.Get("keyed", "k");
        for (int i = 0; i <= s_codes.Length; i++)
        {
            _asked = 0;
            var failure = await Assert.ThrowsAnyAsync<WasmException>(() => Expect.SoonAsync(key.CallAsync("ask", i)));

            Assert.Equal(FailureOrigin.Import, failure.Origin);
            Assert.True(CallDetails.CouldHaveRun(failure), failure.Message);
            Assert.Equal(1, _asked); // and was not sent again
            Assert.True(i is not 0 || (failure.Code == ErrorCode.HostException && failure.Message.Contains("store.gone: Store ", StringComparison.Ordinal)), failure.Message);
        }

        Assert.Equal(s_codes.Length + 2, (await Expect.SoonAsync(key.CallAsync("next"))).Value.AsI32());
    }

    [Fact]
    public async Task A_stateless_function_keeps_its_store()
    {
        await DeployAsync("stateless", FunctionKind.Stateless, "inline");
        var function = _node.Functions.Get("stateless");

        var failure = await Expect.FailureAsync(ErrorCode.HostException, function.CallAsync("ask", 0));

        Assert.True(CallDetails.CouldHaveRun(failure));
        Assert.Equal(2, (await Expect.SoonAsync(function.CallAsync("next"))).Value.AsI32());
    }

    private Task<Deployment> DeployAsync(string name, FunctionKind kind, string imports) => _node.DeployAsync(
        new FunctionSpec(name) { Kind = kind, Reuse = StoreReuse.UntilIdle, Grants = new FunctionGrants { Imports = new FunctionGrants().Imports.Add(imports) } },
        Guest);

    // 0 asks a store that has gone; others fail as another function or store would.
    private async Task<int> AskAsync(int which)
    {
        _asked++;
        await Task.Yield();
        return which == 0
            ? (int)(await _gone.GetStatusAsync()).Calls
            : throw new WasmError(s_codes[which - 1], "Another's, not the call's own.");
    }
}
