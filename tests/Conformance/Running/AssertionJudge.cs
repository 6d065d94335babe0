using System.Collections.Immutable;
using WasmActors.Actors.Handles;
using WasmActors.Conformance.Scripts;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Values;

namespace WasmActors.Conformance.Running;

/// <summary>Decides whether assertions hold. One that does not is thrown as a <see cref="FormFailure"/>.</summary>
internal sealed class AssertionJudge(ConformanceHost host, ScriptSession session, string file)
{
    /// <summary>The action returns the expected results.</summary>
    public async Task ReturnsAsync(ScriptCommand.AssertReturn assertion)
    {
        string expected = $"{assertion.Action} to return {(assertion.Results.Length == 0 ? "nothing" : string.Join(' ', assertion.Results))}";
        IReadOnlyList<Val> results;
        try
        {
            results = await session.PerformAsync(assertion.Action);
        }
        catch (WasmException failure)
        {
            throw new FormFailure(expected, Describe(failure));
        }

        if (!await session.MatchAsync(assertion.Results, results))
        {
            throw new FormFailure(expected, Describe(results));
        }
    }

    /// <summary>The action ends with the trap that the words mean.</summary>
    public Task TrapsAsync(ScriptCommand.AssertTrap assertion) => ExpectAsync(
        $"{assertion.Action} to trap: {assertion.Message}",
        async () => Describe(await session.PerformAsync(assertion.Action)),
        failure => failure is Trap trap && TrapWords.Match(assertion.Message, trap));

    /// <summary>The action ends with an exception that nobody catches.</summary>
    public Task ThrowsAsync(ScriptCommand.AssertException assertion) => ExpectAsync(
        $"{assertion.Action} to throw an exception",
        async () => Describe(await session.PerformAsync(assertion.Action)),
        static failure => failure is Trap { TrapCode: TrapCode.UncaughtException });

    /// <summary>The module cannot be parsed.</summary>
    public async Task IsMalformedAsync(ScriptCommand.AssertMalformed assertion)
    {
        string expected = $"a malformed module: {assertion.Message}";
        ImmutableArray<byte> binary;
        try
        {
            binary = ConformanceHost.Parse(assertion.Source);
        }
        catch (WasmError refused) when (refused.Code == ErrorCode.ModuleInvalid)
        {
            return;
        }

        try
        {
            await CompileAsync(binary, assertion.Line);
        }
        catch (WasmError refused) when (refused.Code is ErrorCode.ModuleInvalid or ErrorCode.FeatureNotAllowed)
        {
            // Wasmtime decodes and validates a binary in one pass; a text must have been refused before it was validated.
            if (assertion.Source.Form == ModuleForm.Binary ? !Refusal.IsForAFeature(refused.Message) : Refusal.IsOfDecoder(refused.Message))
            {
                return;
            }

            throw new FormFailure(expected, $"a module that can be parsed, and does not validate: {Describe(refused)}");
        }

        throw new FormFailure(expected, "the module was accepted");
    }

    /// <summary>The module can be parsed, and does not validate.</summary>
    public async Task IsInvalidAsync(ScriptCommand.AssertInvalid assertion)
    {
        string expected = $"an invalid module: {assertion.Message}";
        var binary = ParseOrFail(assertion.Source, expected);
        await ExpectAsync(
            expected,
            async () =>
            {
                await CompileAsync(binary, assertion.Line);
                return "the module was accepted";
            },
            static failure => failure.Code == ErrorCode.ModuleInvalid && !Refusal.IsForAFeature(failure.Message));
    }

    /// <summary>The module is valid, and its imports do not fit.</summary>
    public Task IsUnlinkableAsync(ScriptCommand.AssertUnlinkable assertion) => InstantiationFailsAsync(
        assertion.Source,
        assertion.Line,
        $"a module that does not link: {assertion.Message}",
        failure => assertion.Message.StartsWith("unknown import", StringComparison.Ordinal)
            ? failure.Code == ErrorCode.MissingImport
            : failure.Code is ErrorCode.ImportWrongKind or ErrorCode.ImportWrongType);

    /// <summary>The module links, and its instantiation traps.</summary>
    public Task IsUninstantiableAsync(ScriptCommand.AssertUninstantiable assertion) => InstantiationFailsAsync(
        assertion.Source,
        assertion.Line,
        $"an instantiation that traps: {assertion.Message}",
        failure => failure is Trap trap && TrapWords.Match(assertion.Message, trap));

    /// <summary>The module of a source, or what was defined before.</summary>
    public async Task<WasmModule> ModuleAsync(InstanceSource source, int line, string expected) => source switch
    {
        InstanceSource.Inline inline => await ModuleAsync(inline.Module, line, expected),
        InstanceSource.Defined defined => session.Modules.Get(defined.Module),
        _ => throw new InvalidOperationException($"{source} is no module."),
    };

    /// <summary>The module of a source.</summary>
    public async Task<WasmModule> ModuleAsync(ModuleSource source, int line, string expected)
    {
        var binary = ParseOrFail(source, expected);
        try
        {
            return await CompileAsync(binary, line);
        }
        catch (WasmError refused)
        {
            throw new FormFailure(expected, Describe(refused));
        }
    }

    /// <summary>A failure for people.</summary>
    public static string Describe(WasmException failure) => $"{failure.Code}: {failure.Message}";

    private static string Describe(IReadOnlyList<Val> results) => results.Count == 0 ? "nothing" : string.Join(' ', results.Select(Describe));

    private static string Describe(Val value) => value.Kind > ValKind.V128
        ? $"({value})"
        : $"({value.Kind.ToString().ToLowerInvariant()}.const {ValText.Format(value)})";

    private static ImmutableArray<byte> ParseOrFail(ModuleSource source, string expected)
    {
        try
        {
            return ConformanceHost.Parse(source);
        }
        catch (WasmError refused)
        {
            throw new FormFailure(expected, $"a module that cannot be parsed: {Describe(refused)}");
        }
    }

    private async Task InstantiationFailsAsync(InstanceSource source, int line, string expected, Predicate<WasmException> fits)
    {
        var module = await ModuleAsync(source, line, expected);
        await ExpectAsync(
            expected,
            async () =>
            {
                InstanceRef instance = await session.InstantiateAsync(module);
                return $"instance {instance.Number}";
            },
            fits);
    }

    private static async Task ExpectAsync(string expected, Func<Task<string>> work, Predicate<WasmException> fits)
    {
        string actual;
        try
        {
            actual = await work();
        }
        catch (WasmException failure) when (fits(failure))
        {
            return;
        }
        catch (WasmException failure)
        {
            actual = Describe(failure);
        }

        throw new FormFailure(expected, actual);
    }

    private Task<WasmModule> CompileAsync(ImmutableArray<byte> binary, int line) => host.CompileAsync(binary, $"{file}:{line}");
}
