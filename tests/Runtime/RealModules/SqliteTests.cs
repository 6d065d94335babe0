using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Limits;
using WasmActors.Runtime.Stores;

namespace WasmActors.Runtime.Tests.RealModules;

/// <summary>A module that imports its memory, whose host functions find it through their caller.</summary>
public sealed class SqliteTests(RealModules modules) : IClassFixture<RealModules>
{
    [SkippableTheory]
    [InlineData(ExecutionMode.Direct)]
    [InlineData(ExecutionMode.Preemptive)]
    public async Task SQL_calls_functions_of_the_host_that_read_the_memory_it_imports(ExecutionMode mode)
    {
        var module = await modules.SqliteAsync();
        using var store = new WasmStore(modules.Engine, new StoreOptions
        {
            Mode = mode,
            Limits = new StoreLimits { Deadline = TimeSpan.FromSeconds(60) },
        });
        var sqlite = new Sqlite(store, module);
        sqlite.Define("mirrored", static text => new string([.. text.Reverse()]));

        Assert.Equal(["olleh", "dlrow"], sqlite.Query("select mirrored(column1) from (values ('hello'), ('world'))"));
    }
}
