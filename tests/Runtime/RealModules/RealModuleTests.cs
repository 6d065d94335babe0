using System.Security.Cryptography;
using System.Text;
using WasmActors.Runtime.Failures;

namespace WasmActors.Runtime.Tests.RealModules;

/// <summary>Modules that others made for other hosts do their work here.</summary>
public sealed class RealModuleTests(RealModules modules) : IClassFixture<RealModules>
{
    [SkippableFact]
    public async Task XxHash_gives_its_published_hashes_whole_and_in_parts()
    {
        using var store = modules.NewStore();
        var hash = new XxHash(store.Instantiate(await modules.XxHashAsync()));
        Assert.Equal((0x32d153ffu, 0x44bc2cf5ad770999ul), (hash.Hash32("abc"u8), hash.Hash64("abc"u8)));
        Assert.Equal((0x02cc5d05u, 0xef46db3751d8e999ul), (hash.Hash32([]), hash.Hash64([])));

        byte[] data = new byte[300_000];
        new Random(7).NextBytes(data);
        byte[][] parts = [.. data.Chunk(70_001)];
        Assert.Equal(hash.Hash32(data, 5), hash.HashParts32(parts, 5));
        Assert.Equal(hash.Hash64(data, 5), hash.HashParts64(parts, 5));
        Assert.NotEqual(hash.Hash64(data, 5), hash.Hash64(data, 6));
    }

    [SkippableTheory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(16384)]
    [InlineData(1_000_000)]
    public async Task Hash_wasm_gives_the_same_SHA_256_as_the_platform(int length)
    {
        byte[] data = new byte[length];
        new Random(length).NextBytes(data);
        using var store = modules.NewStore();
        var hash = new HashWasm(store.Instantiate(await modules.HashWasmAsync()));
        Assert.Equal(SHA256.HashData(data), hash.Sha256(data));
        Assert.Equal(SHA256.HashData("again"u8), hash.Sha256("again"u8));
    }

    [SkippableFact]
    public async Task Dprint_formats_json_and_tells_what_is_wrong_with_it()
    {
        using var store = modules.NewStore();
        var dprint = new DprintJson(store.Instantiate(await modules.DprintJsonAsync()));
        const string Config = """{"global":{"indentWidth":4},"plugin":{}}""";
        Assert.Equal("{ \"a\": 1, \"b\": [1, 2, 3] }\n", dprint.Format("a.json", """{"a":1,"b":[1,2 ,3]}""", Config));
        Assert.Equal("{\n    \"ä\": \"🎈\"\n}\n", dprint.Format("a.json", "{\n\"ä\":\"🎈\"}", Config));
        Assert.Equal("{ \"a\": 1 }\n", dprint.Format("a.json", "{ \"a\": 1 }\n", Config));
        var error = Assert.Throws<FormatException>(() => dprint.Format("a.json", "{\"a\":", Config));
        Assert.False(string.IsNullOrEmpty(error.Message));
        Assert.Throws<ArgumentException>(() => dprint.Format("a.json", "{}", """{"global":{},"plugin":{"nonsense":1}}"""));
    }

    [SkippableFact]
    public async Task Dprint_formats_a_megabyte()
    {
        using var store = modules.NewStore();
        var dprint = new DprintJson(store.Instantiate(await modules.DprintJsonAsync()));
        string text = new StringBuilder("[").AppendJoin(',', Enumerable.Range(0, 150_000)).Append(']').ToString();
        string formatted = dprint.Format("a.json", text, """{"global":{},"plugin":{}}""");
        Assert.Equal(text, string.Concat(formatted.Where(static c => !char.IsWhiteSpace(c))));
    }

    [SkippableFact]
    public async Task Prism_parses_ruby()
    {
        using var store = modules.NewStore();
        var prism = new RubyPrism(store.Instantiate(await modules.RubyPrismAsync(), RubyPrism.Imports));
        const string Valid = "def greet(name) = puts(name)\n";
        Assert.True(prism.IsValid(Valid));
        var syntax = prism.Parse(Valid);
        Assert.Equal(("1.9.0", "", RubySyntax.ProgramNode), (syntax.Version, syntax.FirstError, syntax.RootNode));
        Assert.Equal(["greet", "name", "puts"], syntax.Names.Order(StringComparer.Ordinal).ToArray());

        Assert.False(prism.IsValid("def broken(\n"));
        Assert.False(string.IsNullOrEmpty(prism.Parse("def broken(\n").FirstError));
    }

    [SkippableTheory]
    [InlineData("1+2", "3")]
    [InlineData("\"a\"+\"b\"", "ab")]
    [InlineData("[1,2,3].map(x => x*x).join()", "1,4,9")]
    [InlineData("new Date(86400000).getTime() + ' ' + new Date(0).getTimezoneOffset()", "86400000 0")]
    [InlineData("let s='x'; for (let i=0;i<25;i++) s+=s; s.length", "33554432")]
    [InlineData("throw new Error('no')", "threw Error: no")]
    [InlineData("host('a','b', 3)", "a-b-3")]
    [InlineData("[1,2].map(x => host('<', x)).join()", "<-1,<-2")]
    public async Task Quick_js_evaluates_scripts_that_call_the_host(string script, string answer)
    {
        using var store = modules.NewStore();
        using var js = new QuickJs(store, await modules.QuickJsAsync());
        Assert.Equal(answer, js.Evaluate(script));
        Assert.Equal("4", js.Evaluate("2+2"));
    }

    [SkippableFact]
    public async Task Quick_js_tells_a_syntax_error_and_stops_a_script_without_end()
    {
        using var store = modules.NewStore();
        using var js = new QuickJs(store, await modules.QuickJsAsync());
        Assert.StartsWith("threw SyntaxError: ", js.Evaluate("syntax error("), StringComparison.Ordinal);
        Assert.Equal("threw InternalError: interrupted", js.Evaluate("while(true);"));
    }

    [SkippableFact]
    public async Task A_script_without_end_that_nobody_interrupts_is_stopped_at_the_deadline()
    {
        using var store = modules.NewStore(TimeSpan.FromMilliseconds(300));
        var js = new QuickJs(store, await modules.QuickJsAsync()) { MaxInterrupts = int.MaxValue };
        Assert.Equal("3", js.Evaluate("1+2"));
        Assert.Equal(ErrorCode.DeadlineExceeded, Assert.Throws<Trap>(() => js.Evaluate("while(true);")).Code);
    }
}
