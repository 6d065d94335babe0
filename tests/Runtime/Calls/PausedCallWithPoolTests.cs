using WasmActors.Runtime.Modules;

namespace WasmActors.Runtime.Tests.Calls;

/// <summary>What holds for guests that can be paused, where a pool brings stacks of its own and guests get threads.</summary>
public sealed class PausedCallWithPoolTests : PausedCallSpec
{
    public PausedCallWithPoolTests()
        : base(new EngineSettings
        {
            Allocation = AllocationStrategy.Pooling,
            Pooling = new PoolingSettings { MaxInstances = 10, MaxMemoryBytes = 1 << 20 },
        })
    {
    }

    [Fact]
    public void The_engine_says_that_it_is_the_pool() => Assert.Contains("the pool of instances", Engine.NoFibers, StringComparison.Ordinal);
}
