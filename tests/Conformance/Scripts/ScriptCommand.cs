using System.Collections.Immutable;
using WasmActors.Conformance.Values;

namespace WasmActors.Conformance.Scripts;

/// <summary>A form of a script.</summary>
/// <param name="Word">The word that it begins with.</param>
/// <param name="Line">Where it begins.</param>
internal abstract record ScriptCommand(string Word, int Line)
{
    /// <summary>Whether it is counted when it holds.</summary>
    public bool IsAssertion => Word.StartsWith("assert_", StringComparison.Ordinal);

    /// <summary>Defines a module, and instantiates it unless it says otherwise.</summary>
    internal sealed record DefineModule(int Line, ModuleSource Source) : ScriptCommand("module", Line);

    /// <summary>Instantiates a module that was defined before.</summary>
    internal sealed record Instantiate(int Line, InstanceSource.Defined Source) : ScriptCommand("module instance", Line);

    /// <summary>Makes an instance's exports importable.</summary>
    internal sealed record Register(int Line, string Name, string? Instance) : ScriptCommand("register", Line);

    /// <summary>Does something whose result does not matter.</summary>
    internal sealed record Perform(string Word, int Line, ScriptAction Action) : ScriptCommand(Word, Line);

    /// <summary>Results are expected.</summary>
    internal sealed record AssertReturn(int Line, ScriptAction Action, ImmutableArray<Pattern> Results) : ScriptCommand("assert_return", Line);

    /// <summary>A trap, or the end of a resource, is expected.</summary>
    internal sealed record AssertTrap(string Word, int Line, ScriptAction Action, string Message) : ScriptCommand(Word, Line);

    /// <summary>An exception that nobody catches is expected.</summary>
    internal sealed record AssertException(int Line, ScriptAction Action) : ScriptCommand("assert_exception", Line);

    /// <summary>The module cannot be parsed.</summary>
    internal sealed record AssertMalformed(string Word, int Line, ModuleSource Source, string Message) : ScriptCommand(Word, Line);

    /// <summary>The module can be parsed and does not validate.</summary>
    internal sealed record AssertInvalid(string Word, int Line, ModuleSource Source, string Message) : ScriptCommand(Word, Line);

    /// <summary>The module is valid, and its imports do not fit.</summary>
    internal sealed record AssertUnlinkable(int Line, InstanceSource Source, string Message) : ScriptCommand("assert_unlinkable", Line);

    /// <summary>The module links, and its instantiation traps.</summary>
    internal sealed record AssertUninstantiable(int Line, InstanceSource Source, string Message) : ScriptCommand("assert_trap", Line);

    /// <summary>Runs forms beside the others, in a store of its own.</summary>
    internal sealed record Thread(int Line, string? Id, ImmutableArray<string> Shared, ImmutableArray<ScriptCommand> Body) : ScriptCommand("thread", Line);

    /// <summary>Waits for a thread.</summary>
    internal sealed record Wait(int Line, string Id) : ScriptCommand("wait", Line);

    /// <summary>Forms within a form.</summary>
    internal sealed record Nested(int Line, ImmutableArray<ScriptCommand> Body) : ScriptCommand("script", Line);

    /// <summary>Another file, to be run here.</summary>
    internal sealed record Input(int Line, string? Id, string Path) : ScriptCommand("input", Line);

    /// <summary>Would write a file: nothing to do.</summary>
    internal sealed record Output(int Line) : ScriptCommand("output", Line);

    /// <summary>A form that cannot be understood: always a failure.</summary>
    internal sealed record Unreadable(string Word, int Line, string Problem) : ScriptCommand(Word, Line);
}
