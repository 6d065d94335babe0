using System.Text;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Modules.Binary;
using WasmActors.Runtime.State;

namespace WasmActors.Runtime.Tests.State;

public sealed class StateRewriterTests
{
    [Theory]
    [InlineData("(module (type $p (struct (field i32))) (func (export \"f\") (drop (struct.new $p (i32.const 1)))))", "garbage-collected heap")]
    [InlineData("(module (type $p (struct (field i32))) (global (ref $p) (struct.new $p (i32.const 1))))", "garbage-collected heap")]
    [InlineData("(module (table 1 externref) (func (export \"f\") (param externref) (table.set 0 (i32.const 0) (local.get 0))))", "table 0, which its code changes, holds references other than funcref")]
    [InlineData("(module (global (mut i32) (i32.const 0)) (global (mut externref) (ref.null extern)))", "mutable global 1 holds references other than funcref")]
    [InlineData("(module (memory 1 2 shared))", "memory 0 is shared")]
    [InlineData("(module (import \"env\" \"m\" (memory 1)))", "imports the memory 'env' 'm'")]
    [InlineData("(module (import \"env\" \"t\" (table 1 funcref)))", "imports the table 'env' 't'")]
    [InlineData("(module (import \"env\" \"g\" (global (mut i32))))", "imports the mutable global 'env' 'g'")]
    [InlineData("(module (func (export \"$wa.start\")))", "export '$wa.start' starts with '$wa.', which is reserved")]
    public void State_that_cannot_be_saved_is_refused_with_the_reason(string text, string reason)
    {
        var error = Assert.Throws<WasmError>(() => StateRewriter.Rewrite(ModuleText.ToBinary(text)));

        Assert.Equal(ErrorCode.StateUnsupported, error.Code);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.EndsWith("or deploy it without durable state.", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("(module (import \"env\" \"g\" (global i32)) (import \"env\" \"f\" (func)))")]
    [InlineData("(module (table 1 externref) (func (export \"f\") (result i32) (table.size 0)))")]
    [InlineData("(module (type $t (func)) (table 1 (ref null $t)) (global (ref null $t) (ref.null $t)))")]
    [InlineData("(module (rec (type $a (func)) (type $b (func (param i32)))) (memory 1) (data \"x\") (func (data.drop 0)))")]
    [InlineData("(module)")]
    public void What_never_changes_is_no_state(string text) => DurableGuest.Compile(ModuleText.ToBinary(text)).Dispose();

    [Fact]
    public void A_module_that_was_rewritten_already_is_refused()
    {
        byte[] once = StateRewriter.Rewrite(ModuleText.ToBinary("(module (memory 1))"));

        Assert.Equal(ErrorCode.StateUnsupported, Assert.Throws<WasmError>(() => StateRewriter.Rewrite(once)).Code);
    }

    [Theory]
    [InlineData("")]
    [InlineData("(module)")]
    [InlineData("\0asm\u0001\0\0\0\u0007\u0005")]
    public void What_is_no_module_is_invalid(string text) =>
        Assert.Equal(ErrorCode.ModuleInvalid, Assert.Throws<WasmError>(() => StateRewriter.Rewrite(Encoding.ASCII.GetBytes(text))).Code);

    [Fact]
    public void Functions_are_exported_only_where_code_changes_tables_and_only_those_that_can_be_referred_to()
    {
        using var constant = DurableGuest.Compile(ModuleText.ToBinary("(module (table 1 funcref) (elem (i32.const 0) func $a) (func $a) (func $b))"));
        using var changing = DurableGuest.Compile(ModuleText.ToBinary("(module (table 1 funcref) (elem func $b) (func $a) (func $b) (func (export \"f\") (table.set (i32.const 0) (ref.func $b))))"));

        Assert.Equal("$wa.k0", string.Join(' ', constant.Exports.Select(static e => e.Name)));
        Assert.Equal("f $wa.t0 $wa.f1 $wa.f2", string.Join(' ', changing.Exports.Select(static e => e.Name)));
    }

    [Fact]
    public void The_exports_of_the_state_are_hidden_and_no_others()
    {
        using var module = DurableGuest.Compile(ModuleText.ToBinary("(module (memory (export \"memory\") 1) (func $s (export \"wa.f\")) (start $s))"));

        Assert.Equal("memory wa.f", string.Join(' ', module.Exports.Select(static e => e.Name).Where(static n => !StateRewriter.IsHidden(n))));
        Assert.True(StateRewriter.IsHidden(StateRewriter.Start));
    }

    [Fact]
    public void Names_remain_valid()
    {
        using var guest = DurableGuest.Of("(module $named (memory 1) (data \"x\") (func $broken (export \"run\") (data.drop 0) unreachable))");
        var trap = Assert.Throws<Trap>(() => guest.Call("run"));

        Assert.Equal("named", guest.Instance.Module.Name);
        Assert.Equal("broken", trap.Frames[0].FuncName);
    }

    [Fact]
    public void Instructions_keep_their_offsets_where_a_segment_is_dropped()
    {
        byte[] wasm = ModuleText.ToBinary("(module (memory 1) (data \"x\") (func (export \"f\") (data.drop 0) (i32.store (i32.const 4) (i32.const 0x12345)) (data.drop 0)))");
        byte[] rewritten = StateRewriter.Rewrite(wasm);
        byte[] constant = [0x41, 0xC5, 0xC6, 0x04];

        Assert.Equal(OffsetInCode(wasm, constant), OffsetInCode(rewritten, constant));
    }

    [Fact]
    public void A_call_longer_than_the_instruction_that_it_replaces_fits_too()
    {
        var text = new StringBuilder("(module (memory 1) (data $first \"x\")");
        for (int i = 0; i < 17_000; i++)
        {
            text.Append("(func)");
        }

        text.Append("""(func (export "init") (memory.init $first (i32.const 0) (i32.const 0) (i32.const 1))) (func (export "drop") (data.drop $first)))""");
        using var guest = DurableGuest.Of(text.ToString());
        guest.Call("init");
        guest.Call("drop");

        Assert.Throws<Trap>(() => guest.Call("init"));
        using var moved = guest.With(guest.State.Save());
        Assert.Throws<Trap>(() => moved.Call("init"));
    }

    private static int OffsetInCode(byte[] wasm, byte[] sequence)
    {
        Assert.True(ModuleBinary.TryRead(wasm, out var binary, out _));
        int found = wasm.AsSpan((int)binary!.CodeOffset!.Value).IndexOf(sequence);
        Assert.True(found > 0);
        return found;
    }
}
