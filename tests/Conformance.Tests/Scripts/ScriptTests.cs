using System.Text;
using WasmActors.Conformance.Scripts;

namespace WasmActors.Conformance.Tests.Scripts;

/// <summary>Every form of the grammar is understood, and nothing is dropped.</summary>
public sealed class ScriptTests
{
    [Fact]
    public void Modules_come_as_text_as_quotes_and_as_bytes()
    {
        Assert.Equal(
            ["Text $m False: (module $m (func))", "Quote  False: (func)(memory 0)", "Binary $b False: \0asm\u0001", "Text $d True: (module            $d (func))"],
            Read("""
                (module $m (func))
                (module quote "(func)" "(memory 0)")
                (module $b binary "\00asm" "\01")
                (module definition $d (func))
                """).Select(static command => Describe(Assert.IsType<ScriptCommand.DefineModule>(command).Source)),
            StringComparer.Ordinal);
    }

    [Fact]
    public void Text_beyond_ascii_reaches_the_parser_as_escapes()
    {
        var module = Assert.IsType<ScriptCommand.DefineModule>(Assert.Single(Read("(module (;ü;) (func (export \"é\")))")));

        Assert.Equal("(module (;??;) (func (export \"\\c3\\a9\")))", Encoding.UTF8.GetString(module.Source.Bytes.AsSpan()));
    }

    [Fact]
    public void A_file_may_be_a_module_without_its_parentheses()
    {
        var module = Assert.IsType<ScriptCommand.DefineModule>(Assert.Single(Read(";; no (module …)\n(func) (memory 0)\n(func (export \"f\"))")));

        Assert.Equal("(func) (memory 0)\n(func (export \"f\"))", Encoding.UTF8.GetString(module.Source.Bytes.AsSpan()));
        Assert.Equal(2, module.Line);
    }

    [Theory]
    [InlineData("(module instance)", null, null)]
    [InlineData("(module instance $m)", null, "$m")]
    [InlineData("(module instance $i $m)", "$i", "$m")]
    public void Instances_are_made_of_modules_by_name(string text, string? instance, string? module) =>
        Assert.Equal(new InstanceSource.Defined(instance, module), Assert.IsType<ScriptCommand.Instantiate>(Assert.Single(Read(text))).Source);

    [Fact]
    public void Threads_name_what_they_share()
    {
        var thread = Assert.IsType<ScriptCommand.Thread>(Read("""(thread $t (shared (module $m)) (register "m" $m) (assert_return (invoke "f"))) (wait $t)""")[0]);

        Assert.Equal(("$t", "$m"), (thread.Id, Assert.Single(thread.Shared)));
        Assert.Equal(["register", "assert_return"], thread.Body.Select(static c => c.Word), StringComparer.Ordinal);
    }

    [Theory]
    [InlineData("""(register "m")""")]
    [InlineData("""(register "m" $m)""")]
    [InlineData("""(invoke "f")""")]
    [InlineData("""(invoke $m "f" (i32.const 1))""")]
    [InlineData("""(get "g")""")]
    [InlineData("""(get $m "g")""")]
    [InlineData("""(assert_return (invoke "f"))""")]
    [InlineData("""(assert_return (get "g") (i32.const 1))""")]
    [InlineData("""(assert_trap (invoke "f") "unreachable")""")]
    [InlineData("""(assert_trap (module (func $f) (start $f)) "unreachable")""")]
    [InlineData("""(assert_trap (module instance $m) "unreachable")""")]
    [InlineData("""(assert_exhaustion (invoke "f") "call stack exhausted")""")]
    [InlineData("""(assert_exception (invoke "f"))""")]
    [InlineData("""(assert_malformed (module quote "") "x")""")]
    [InlineData("""(assert_malformed_custom (module quote "") "x")""")]
    [InlineData("""(assert_invalid (module definition (func)) "x")""")]
    [InlineData("""(assert_invalid_custom (module) "x")""")]
    [InlineData("""(assert_unlinkable (module) "x")""")]
    [InlineData("""(assert_unlinkable (module instance $m) "x")""")]
    [InlineData("""(script (module))""")]
    [InlineData("""(script $s (module))""")]
    [InlineData("""(input "x.wast")""")]
    [InlineData("""(input $x "x.wasm")""")]
    [InlineData("""(output)""")]
    [InlineData("""(output $x "x.wasm")""")]
    public void Forms_of_the_grammar_are_understood(string text) =>
        Assert.IsNotType<ScriptCommand.Unreadable>(Assert.Single(Read(text)));

    [Theory]
    [InlineData("(assert_nothing)")]
    [InlineData("(assert_return)")]
    [InlineData("(assert_return (module))")]
    [InlineData("""(assert_return (invoke "f") 5)""")]
    [InlineData("""(assert_trap (invoke "f"))""")]
    [InlineData("""(assert_unlinkable (module definition) "x")""")]
    [InlineData("""(assert_invalid (func) "x")""")]
    [InlineData("""(invoke f)""")]
    [InlineData("""(invoke "f" (i32.const))""")]
    [InlineData("""(get "g" (i32.const 1))""")]
    [InlineData("""(module binary 00)""")]
    [InlineData("""(module instance $a $b $c)""")]
    [InlineData("""(module instance $a b)""")]
    [InlineData("""(register $m "m")""")]
    [InlineData("""(thread (shared $m))""")]
    [InlineData("word")]
    [InlineData("()")]
    public void What_cannot_be_understood_stays_as_a_form_and_does_not_end_the_script(string text)
    {
        var commands = Read($"(module)\n{text}\n(module)");

        Assert.Equal(3, commands.Count);
        Assert.Equal(2, Assert.IsType<ScriptCommand.Unreadable>(commands[1]).Line);
    }

    [Fact]
    public void A_script_that_breaks_off_keeps_its_beginning_and_says_where_it_ends()
    {
        var commands = Read("(module)\n(assert_return (invoke \"f\")");

        Assert.IsType<ScriptCommand.DefineModule>(commands[0]);
        Assert.Equal(2, Assert.IsType<ScriptCommand.Unreadable>(commands[1]).Line);
    }

    [Fact]
    public void A_script_that_is_no_utf8_cannot_be_read() =>
        Assert.Equal(2, Assert.IsType<ScriptCommand.Unreadable>(Assert.Single(Script.Read([.. "(module)\n"u8, 0xFF]).Commands)).Line);

    private static string Describe(ModuleSource source) =>
        $"{source.Form} {source.Id} {source.IsDefinition}: {Encoding.Latin1.GetString(source.Bytes.AsSpan())}";

    private static List<ScriptCommand> Read(string text) => [.. Script.Read(Encoding.UTF8.GetBytes(text)).Commands];
}
