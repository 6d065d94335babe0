using System.Text;
using WasmActors.Actors.Handles;
using WasmActors.Actors.Messages;
using WasmActors.Actors.Tests.Support;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.State;

namespace WasmActors.Actors.Tests.Handles;

public class InstanceStateTests(HostFixture fixture) : IClassFixture<HostFixture>
{
    private const string Counter = """
        (module (memory (export "memory") 1 2) (global $n (mut i32) (i32.const 0))
          (func (export "next") (result i32) (global.set $n (i32.add (global.get $n) (i32.const 1))) (global.get $n))
          (func (export "read") (result i32) (global.get $n))
          (func (export "grow") (result i32) (memory.grow (i32.const 1))))
        """;

    [Fact]
    public async Task What_changed_is_captured_once_and_restored_in_another_store()
    {
        var first = await NewAsync();
        await first.RestoreStateAsync([]);
        Assert.Null(await first.CaptureStateAsync());
        await first.GetFunc("next").CallAsync();
        var one = await first.CaptureStateAsync();
        await first.GetFunc("next").CallAsync();
        await first.GetMemory().WriteAsync(100, 5);
        var two = await first.CaptureStateAsync();
        Assert.Null(await first.CaptureStateAsync());

        var second = await NewAsync();
        await second.RestoreStateAsync([one!, two!]);
        var third = await NewAsync();
        await third.RestoreStateAsync([await first.SaveStateAsync()]);

        foreach (var copy in (InstanceRef[])[second, third])
        {
            Assert.Equal(2, (await copy.GetFunc("read").CallAsync()).Value.AsI32());
            Assert.Equal(5, await copy.GetMemory().ReadAsync<int>(100));
            Assert.Null(await copy.CaptureStateAsync());
        }
    }

    [Fact]
    public async Task What_was_not_captured_is_rolled_back_unless_the_memory_grew()
    {
        var instance = await NewAsync();
        await instance.RestoreStateAsync([]);
        await instance.GetFunc("next").CallAsync();
        await instance.CaptureStateAsync();
        await instance.GetFunc("next").CallAsync();

        Assert.True(await instance.RollBackStateAsync());
        Assert.Equal(1, (await instance.GetFunc("read").CallAsync()).Value.AsI32());

        await instance.GetFunc("grow").CallAsync();
        Assert.False(await instance.RollBackStateAsync());
    }

    [Fact]
    public async Task A_module_that_was_not_rewritten_a_damaged_delta_and_no_deltas_are_errors_and_the_store_goes_on()
    {
        var store = await fixture.Host.CreateStoreAsync();
        var plain = await store.InstantiateAsync(await fixture.Host.LoadAsync(Encoding.UTF8.GetBytes(Counter)));
        await Expect.ErrorAsync(ErrorCode.StateUnsupported, plain.CaptureStateAsync());
        var instance = await NewAsync();
        await Expect.ErrorAsync(ErrorCode.StateCorrupt, instance.RestoreStateAsync([new byte[] { 1, 2, 3 }]));
        await Expect.ErrorAsync(ErrorCode.BadArguments, instance.Store.SendAsync<StoreProtocol.Done>(new StoreProtocol.RestoreState(1, null!), default));
        await Expect.ErrorAsync(ErrorCode.ExportNotFound, instance.Store.SendAsync<StoreProtocol.Captured>(new StoreProtocol.CaptureState(7), default));

        Assert.Equal(1, (await instance.GetFunc("next").CallAsync()).Value.AsI32());
        Assert.Equal(1, (await plain.GetFunc("next").CallAsync()).Value.AsI32());
    }

    private async Task<InstanceRef> NewAsync()
    {
        var store = await fixture.Host.CreateStoreAsync();
        var binary = await fixture.Host.Modules.ToBinaryAsync(Encoding.UTF8.GetBytes(Counter), default);
        return await store.InstantiateAsync(await fixture.Host.LoadAsync(StateRewriter.Rewrite(binary)));
    }
}
