using WasmActors.Actors.Handles;
using WasmActors.Actors.Tests.Support;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Limits;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Modules.Binary;

namespace WasmActors.Actors.Tests.Handles;

[Trait("Row", "18")]
public class ModuleTests(HostFixture fixture) : IClassFixture<HostFixture>
{
    private const string Text = """
        (module
          (import "env" "log" (func (param i32 i32)))
          (import "env" "limit" (global i64))
          (memory (export "memory") 1 4)
          (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1))))
        """;

    [Fact]
    public async Task A_module_comes_from_text_bytes_a_stream_or_a_file_and_is_compiled_once()
    {
        const string Own = """(module $own (func (export "own")))""";
        byte[] binary = ModuleText.ToBinary(Own);
        string path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():n}.wat");
        await File.WriteAllTextAsync(path, Own);
        try
        {
            long before = fixture.Host.Modules.Compilations;
            var fromText = await fixture.Host.LoadTextAsync(Own);

            Assert.Same(fromText, await fixture.Host.LoadAsync(binary));
            Assert.Same(fromText, await fixture.Host.LoadFileAsync(path));
            Assert.Equal(before + 1, fixture.Host.Modules.Compilations);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task A_module_of_a_stream_runs_in_a_store_of_the_host()
    {
        using var stream = new MemoryStream(ModuleText.ToBinary("""(module (func (export "one") (result i32) (i32.const 1)))"""));
        using var module = WasmModule.FromStream(fixture.Host.Engine, stream);
        var store = await fixture.Host.CreateStoreAsync();

        var instance = await store.InstantiateAsync(module);

        Assert.Equal(1, await instance.GetFunc("one").CallAsync<int>());
    }

    [Fact]
    public async Task A_host_for_modules_from_outside_compiles_them_in_another_process_within_limits()
    {
        await using var host = await WasmHost.StartAsync(new WasmHostOptions
        {
            Cache = new ModuleCacheOptions { OnDisk = false, Isolation = CompileIsolation.ChildProcess, ModuleLimits = new ModuleLimits { Functions = 1, TextBytes = 100 } },
        });
        var store = await host.CreateStoreAsync();
        var instance = await store.InstantiateAsync(await host.LoadTextAsync("""(module (func (export "one") (result i32) (i32.const 1)))"""));
        Assert.Equal(1, await instance.GetFunc("one").CallAsync<int>());

        await Expect.ErrorAsync(ErrorCode.ModuleTooLarge, () => host.LoadAsync(ModuleText.ToBinary("(module (func) (func))")));
        await Expect.ErrorAsync(ErrorCode.ModuleTooLarge, () => host.LoadTextAsync($"(module) ;; {new string('x', 100)}"));
    }

    [Fact]
    public async Task Imports_and_exports_are_known_with_their_types_without_instantiating()
    {
        var module = await fixture.Host.LoadTextAsync(Text);

        Assert.Equal("env::log (i32, i32) -> (); env::limit global i64", string.Join("; ", module.Imports.Select(i => $"{i.QualifiedName} {i.Type}")));
        Assert.Equal("memory memory 1..4 pages; add (i32, i32) -> (i32)", string.Join("; ", module.Exports.Select(e => $"{e.Name} {e.Type}")));
    }

    [Fact]
    public async Task An_invalid_module_is_an_error_with_the_offset()
    {
        byte[] binary = ModuleText.ToBinary(Text);
        binary[8] = 0x7f;

        var error = await Expect.ErrorAsync(ErrorCode.ModuleInvalid, () => fixture.Host.LoadAsync(binary));

        Assert.Matches("^The module is invalid: .+offset 0x[0-9a-f]+", error.Message);
    }

    [Fact]
    public async Task Invalid_text_is_an_error_with_line_and_column()
    {
        var error = await Expect.ErrorAsync(ErrorCode.ModuleInvalid, () => fixture.Host.LoadTextAsync("(module\n  (func (i32.ad)))"));

        Assert.Contains("at 2:10", error.Message);
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_an_error_naming_it()
    {
        var error = await Expect.ErrorAsync(ErrorCode.ModuleUnreadable, () => fixture.Host.LoadFileAsync("/nowhere/at-all.wasm"));

        Assert.Contains("/nowhere/at-all.wasm", error.Message);
    }

    [Fact]
    public async Task A_module_of_another_engine_is_refused()
    {
        using var other = new WasmEngine();
        using var module = WasmModule.FromText(other, Text);
        var store = await fixture.Host.CreateStoreAsync();

        await Expect.ErrorAsync(ErrorCode.WrongStore, store.InstantiateAsync(module));
    }
}
