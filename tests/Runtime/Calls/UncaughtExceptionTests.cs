using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Limits;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Stores;

namespace WasmActors.Runtime.Tests.Calls;

/// <summary>An exception that nobody in the guest catches is the same trap however the store runs its guests, and is forgotten then.</summary>
public sealed class UncaughtExceptionTests
{
    private const string Guest = """
        (module
          (tag $e)
          (func $throw (export "throw") (throw $e))
          (func (export "caught") (block $b (try_table (catch_all $b) (call $throw))))
          (func (export "boom") unreachable))
        """;

    [Theory]
    [InlineData(ExecutionMode.Direct, false)]
    [InlineData(ExecutionMode.Preemptive, false)]
    [InlineData(ExecutionMode.Preemptive, true)]
    public void It_is_a_trap_of_its_own_kind(ExecutionMode mode, bool onThreads)
    {
        using var engine = new WasmEngine(new EngineSettings { PreemptOnThreads = onThreads });
        using var module = WasmModule.FromText(engine, Guest);
        using var start = WasmModule.FromText(engine, "(module (tag $e) (func $f (throw $e)) (start $f))");
        using var store = new WasmStore(engine, StoreOptions.For(StoreProfile.Trusted) with { Mode = mode });
        var guest = store.Instantiate(module);

        for (int i = 0; i < 2; i++)
        {
            var trap = Assert.Throws<Trap>(() => guest.GetFunc("throw").Call());
            Assert.Equal((TrapCode.UncaughtException, "trap.uncaught_exception", "uncaught exception"), (trap.TrapCode, trap.Code, trap.Message));
            Assert.NotEmpty(trap.Frames);
            Assert.Equal(TrapCode.UncaughtException, Assert.Throws<Trap>(() => store.Instantiate(start)).TrapCode);
            guest.GetFunc("caught").Call();
            Assert.Equal(TrapCode.Unreachable, Assert.Throws<Trap>(() => guest.GetFunc("boom").Call()).TrapCode);
        }
    }

    [Fact]
    public void Failures_of_an_engine_without_exceptions_are_what_they_were()
    {
        using var engine = new WasmEngine(new EngineSettings { Gc = false, Exceptions = false });
        using var module = WasmModule.FromText(engine, """(module (import "m" "f" (func $f)) (func (export "f") (call $f)))""");
        using var store = new WasmStore(engine, StoreOptions.For(StoreProfile.Trusted));
        var guest = store.Instantiate(module, new ImportSet().Define("m", "f", (Action)(static () => throw new InvalidOperationException("no"))));

        Assert.Equal(ErrorCode.HostException, Assert.Throws<WasmError>(() => guest.GetFunc("f").Call()).Code);
    }
}
