using System.Collections.Immutable;
using System.Text;
using WasmActors.Conformance.Syntax;

namespace WasmActors.Conformance.Scripts;

/// <summary>A script, form by form. What cannot be read is a form too: <see cref="ScriptCommand.Unreadable"/>.</summary>
internal sealed record Script(ImmutableArray<ScriptCommand> Commands)
{
    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    // What a file that is a module without its parentheses begins with.
    private static readonly string[] s_fields = ["type", "rec", "import", "func", "table", "memory", "global", "export", "start", "elem", "data", "tag"];

    /// <summary>Reads a script to its end, or as far as it can be.</summary>
    /// <param name="bytes">The script; it is copied.</param>
    public static Script Read(ReadOnlySpan<byte> bytes)
    {
        byte[] own = bytes.ToArray();
        if (NotUtf8(own) is { } broken)
        {
            return new Script([broken]);
        }

        var reader = new SExprReader(own);
        var commands = new CommandReader(reader);
        var forms = new List<SExpr>();
        ScriptCommand.Unreadable? end = null;
        try
        {
            while (reader.Next() is { } form)
            {
                forms.Add(form);
            }
        }
        catch (SyntaxException problem)
        {
            end = new ScriptCommand.Unreadable("", problem.Line, problem.Message);
        }

        if (end is null && forms is [SList first, ..] && s_fields.Contains(first.Head, StringComparer.Ordinal))
        {
            var whole = new SList(forms[0].Start, forms[^1].End, forms[0].Line, [.. forms]);
            var module = new ModuleSource(ModuleForm.Text, null, false, ModuleReader.Slice(reader.Source, whole, null), whole.Line);
            return new Script([new ScriptCommand.DefineModule(whole.Line, module)]);
        }

        return new Script([.. forms.Select(commands.Read), .. end is null ? [] : new ScriptCommand[] { end }]);
    }

    private static ScriptCommand.Unreadable? NotUtf8(byte[] bytes)
    {
        try
        {
            _ = s_strict.GetCharCount(bytes);
            return null;
        }
        catch (DecoderFallbackException problem)
        {
            int line = 1 + bytes.AsSpan(0, Math.Max(0, problem.Index)).Count((byte)'\n');
            return new ScriptCommand.Unreadable("", line, "the script is no UTF-8");
        }
    }
}
