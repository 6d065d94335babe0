using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Interop.Bridges;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Stores;

namespace WasmActors.Runtime.Tests.Calls;

/// <summary>Something throws where a guest runs that nobody counted on.</summary>
public sealed class BrokenGuestTests
{
    [Fact]
    public void A_bug_on_a_guests_thread_is_thrown_where_the_guest_is_stepped()
    {
        using var engine = new WasmEngine(new EngineSettings { PreemptOnThreads = true });
        using (var store = new WasmStore(engine, new StoreOptions { Mode = ExecutionMode.Preemptive }))
        {
            var thrown = Assert.Throws<InvalidOperationException>(() => new BrokenCall(store).Step());
            Assert.IsType<InvalidTimeZoneException>(thrown.InnerException);
            Assert.Equal(0, engine.StacksInUse);
        }

        Assert.Equal(0, engine.LiveStores);
    }

    private sealed class BrokenCall(WasmStore store) : GuestCall(store)
    {
        internal override WasmException? Run() => throw new InvalidTimeZoneException("The clock has stopped.");

        internal override nint BeginFuture(FutureFrame frame) => throw new NotSupportedException();

        internal override bool EndFuture(FutureFrame frame) => throw new NotSupportedException();
    }
}
