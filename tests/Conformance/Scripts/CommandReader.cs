using System.Collections.Immutable;
using WasmActors.Conformance.Syntax;
using WasmActors.Conformance.Values;

namespace WasmActors.Conformance.Scripts;

/// <summary>Reads the forms of a script.</summary>
/// <param name="reader">The reader that the forms come from.</param>
internal sealed class CommandReader(SExprReader reader)
{
    /// <summary>Reads one form; one that cannot be understood becomes <see cref="ScriptCommand.Unreadable"/>.</summary>
    public ScriptCommand Read(SExpr form)
    {
        string word = form is SList list ? list.Head : "";
        try
        {
            return Understand(form as SList ?? throw new SyntaxException(form.Line, $"{LiteralReader.TextOf(form)} stands outside of a form"), word);
        }
        catch (SyntaxException problem)
        {
            return new ScriptCommand.Unreadable(word, problem.Line, problem.Message);
        }
    }

    private ScriptCommand Understand(SList list, string word) => (word, list.Items) switch
    {
        ("module", _) when ModuleReader.IsInstance(list) => new ScriptCommand.Instantiate(list.Line, ModuleReader.Defined(list)),
        ("module", _) => new ScriptCommand.DefineModule(list.Line, ModuleReader.Module(reader.Source, list)),
        ("register", [_, SString name]) => new ScriptCommand.Register(list.Line, name.Name, null),
        ("register", [_, SString name, SAtom]) when ModuleReader.Id(list, 2) is { } id => new ScriptCommand.Register(list.Line, name.Name, id),
        ("invoke" or "get", _) => new ScriptCommand.Perform(word, list.Line, Action(list)),
        ("assert_return", [_, var action, .. var results]) => new ScriptCommand.AssertReturn(list.Line, Action(action), [.. results.Select(PatternReader.Read)]),
        ("assert_trap", [_, SList { Head: "module" } module, SString text]) => new ScriptCommand.AssertUninstantiable(list.Line, ModuleReader.Instance(reader.Source, module), text.Name),
        ("assert_trap" or "assert_exhaustion", [_, var action, SString text]) => new ScriptCommand.AssertTrap(word, list.Line, Action(action), text.Name),
        ("assert_exception", [_, var action]) => new ScriptCommand.AssertException(list.Line, Action(action)),
        ("assert_malformed" or "assert_malformed_custom", [_, var module, SString text]) => new ScriptCommand.AssertMalformed(word, list.Line, ModuleReader.Module(reader.Source, module), text.Name),
        ("assert_invalid" or "assert_invalid_custom", [_, var module, SString text]) => new ScriptCommand.AssertInvalid(word, list.Line, ModuleReader.Module(reader.Source, module), text.Name),
        ("assert_unlinkable", [_, var module, SString text]) => new ScriptCommand.AssertUnlinkable(list.Line, ModuleReader.Instance(reader.Source, module), text.Name),
        ("thread", _) => Thread(list),
        ("wait", [_, SAtom id]) => new ScriptCommand.Wait(list.Line, id.Text),
        ("script", _) => new ScriptCommand.Nested(list.Line, [.. list.Items.Skip(ModuleReader.Id(list, 1) is null ? 1 : 2).Select(Read)]),
        ("input", [_, SString path]) => new ScriptCommand.Input(list.Line, null, path.Name),
        ("input", [_, SAtom, SString path]) => new ScriptCommand.Input(list.Line, ModuleReader.Id(list, 1), path.Name),
        ("output", _) => new ScriptCommand.Output(list.Line),
        _ => throw new SyntaxException(list.Line, $"({word} …) is no form of scripts, or not in this order"),
    };

    private static ScriptAction Action(SExpr form)
    {
        if (form is SList list)
        {
            string? instance = ModuleReader.Id(list, 1);
            int at = instance is null ? 1 : 2;
            switch (list.Head)
            {
                case "invoke" when at < list.Items.Length && list.Items[at] is SString name:
                    return new ScriptAction.Invoke(instance, name.Name, [.. list.Items.Skip(at + 1).Select(LiteralReader.Read)]);
                case "get" when at == list.Items.Length - 1 && list.Items[at] is SString name:
                    return new ScriptAction.Get(instance, name.Name);
            }
        }

        throw new SyntaxException(form.Line, $"{LiteralReader.TextOf(form)} is no action");
    }

    private ScriptCommand.Thread Thread(SList list)
    {
        string? id = ModuleReader.Id(list, 1);
        var shared = ImmutableArray.CreateBuilder<string>();
        int at = id is null ? 1 : 2;
        for (; at < list.Items.Length && list.Items[at] is SList { Head: "shared" } share; at++)
        {
            shared.AddRange(share.Items.Skip(1).Select(static item => item is SList module && ModuleReader.Id(module, 1) is { } name
                ? name
                : throw new SyntaxException(item.Line, "(shared (module $name)) was expected")));
        }

        return new ScriptCommand.Thread(list.Line, id, shared.DrainToImmutable(), [.. list.Items.Skip(at).Select(Read)]);
    }
}
