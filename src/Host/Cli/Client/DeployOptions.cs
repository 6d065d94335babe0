using System.CommandLine;
using WasmActors.Functions.Api;
using WasmActors.Host.Cli.Options;
using WasmActors.Host.Deployments;
using WasmActors.Host.Formats;
using WasmActors.Runtime.Limits;
using WasmActors.Runtime.Wasi;

namespace WasmActors.Host.Cli.Client;

/// <summary>The options of <c>deploy</c> that say how a function is run.</summary>
internal sealed class DeployOptions
{
    private readonly ChoiceOption<FunctionKind> _kind = new("--kind", SettingNames.Kinds) { Description = "A pool of stores on every node, or one store for each key. [default: that of the active version, else stateless]" };
    private readonly ChoiceOption<CallingConvention> _convention = new("--convention", SettingNames.Conventions) { Description = "How input gets in and output out. [default: that of the active version, else by the exports: _start is wasi-command, wasmactors_alloc is bytes, others are core]" };
    private readonly Option<bool> _changeKind = new("--change-kind") { Arity = ArgumentArity.Zero, Description = "Let --kind be another than the active version's. What the keys of a keyed function hold is lost." };
    private readonly Option<bool> _changeConvention = new("--change-convention") { Arity = ArgumentArity.Zero, Description = "Let --convention be another than the active version's." };
    private readonly Option<string[]> _reset = new("--reset") { HelpName = "SETTING", Arity = ArgumentArity.OneOrMore, Description = $"Do not carry a setting of the active version over, by its name in JSON: {string.Join(", ", SettingReset.Names)}. Repeatable." };
    private readonly ChoiceOption<StoreReuse> _reuse = new("--reuse", SettingNames.Reuses) { Description = "Stateless: a fresh store for each call, or stores that are kept for later calls. [default: never]" };
    private readonly Option<bool> _durable = new("--durable") { Arity = ArgumentArity.Zero, Description = "Keyed: commit what a call changes in its key's memory, globals and tables before it is answered. The state survives everything, and a call that fails changes nothing." };
    private readonly Option<string?> _label = new("--label") { HelpName = "LABEL", Description = "Your name for the version, such as 2026.11." };
    private readonly ChoiceOption<RollOut> _rollOut = new("--roll-out", SettingNames.RollOuts) { Description = "Keyed: stores change over when they are idle, or before their next call, which loses what they hold. [default: when-idle]" };
    private readonly ParsedOption<TimeSpan> _deadline = new("--deadline", DurationText.TryParse) { HelpName = "DURATION", Description = "Longest time of a call. [default: 30s]" };
    private readonly ParsedOption<long> _maxMemory = new("--max-memory", SizeText.TryParse) { HelpName = "SIZE", Description = "Most memory of a store. [default: 64MiB]" };
    private readonly ParsedOption<ulong> _fuel = new("--fuel", FuelText.TryParse) { HelpName = "N", Description = "Most work of a store; needs a server that counts it. [default: not counted]" };
    private readonly ParsedOption<TimeSpan> _idleAfter = new("--idle-after", DurationText.TryParse) { HelpName = "DURATION", Description = "How long a store is kept without a call. [default: 2m]" };
    private readonly ParsedOption<int> _queue = new("--queue", CountText.TryParse) { HelpName = "N", Description = "Calls that may wait, for one key or for a node's pool. [default: 100]" };
    private readonly ParsedOption<int> _stores = new("--stores", CountText.TryParse) { HelpName = "N", Description = "Stateless: stores on each node. [default: the processors, at least 2]" };
    private readonly ParsedOption<int> _maxPayload = new("--max-payload", TryParsePayload) { HelpName = "SIZE", Description = "Most input, and most output, of one call. [default: 1MiB]" };
    private readonly ParsedListOption<KeyValuePair<string, string>> _env = new("--env", VariableText.TryParse) { HelpName = "NAME=VALUE", Description = "Set an environment variable of a WASI program. Repeatable." };
    private readonly ParsedListOption<PreopenedFolder> _dir = new("--dir", FolderText.TryParse) { HelpName = "HOST[::GUEST][:ro]", Description = "Let it open a folder, an absolute path of the nodes, under the name GUEST; with :ro it may only read. Repeatable." };
    private readonly Option<string[]> _imports = new("--grant-imports") { HelpName = "SET", Arity = ArgumentArity.OneOrMore, Description = "Give it a set of imports that the nodes offer. Repeatable." };
    private readonly ParsedListOption<WasmFeatures> _features = new("--feature", FeatureText.TryParse) { HelpName = "FEATURE", Description = $"Let its module use a feature beyond those that the server gives every function: {FeatureText.Names}. Repeatable." };
    private readonly Option<bool> _callerArguments = new("--caller-args") { Arity = ArgumentArity.Zero, Description = "Let callers give a WASI program arguments." };
    private readonly Option<string[]> _callerEnvironment = new("--caller-env") { HelpName = "NAME", Arity = ArgumentArity.OneOrMore, Description = "Let callers set this environment variable of a WASI program. Repeatable." };

    /// <summary>Adds the options to the verb.</summary>
    public void AddTo(Command verb)
    {
        foreach (Option option in (ReadOnlySpan<Option>)[_kind, _changeKind, _convention, _changeConvention, _reset, _reuse, _durable, _label, _rollOut, _deadline, _maxMemory, _fuel, _idleAfter, _queue, _stores, _maxPayload, _env, _dir, _imports, _features, _callerArguments, _callerEnvironment])
        {
            verb.Add(option);
        }
    }

    /// <summary>What they say; null where they say nothing.</summary>
    public DeploymentSettings Settings(ParseResult parsed) => new()
    {
        Kind = parsed.GetValue(_kind),
        ChangeKind = parsed.GetValue(_changeKind) ? true : null,
        Convention = parsed.GetValue(_convention),
        ChangeConvention = parsed.GetValue(_changeConvention) ? true : null,
        Reset = parsed.GetValue(_reset) is { Length: > 0 } reset ? reset : null,
        Reuse = parsed.GetValue(_reuse),
        State = parsed.GetValue(_durable) ? SettingNames.States.NameOf(FunctionState.Durable) : null,
        Label = parsed.GetValue(_label),
        RollOut = parsed.GetValue(_rollOut),
        Limits = Limits(parsed) is var limits && limits == new LimitSettings() ? null : limits,
        Grants = Grants(parsed) is var grants && grants == new GrantSettings() ? null : grants,
    };

    private LimitSettings Limits(ParseResult parsed) => new()
    {
        MemoryBytes = parsed.GetValue(_maxMemory),
        Deadline = parsed.GetValue(_deadline) is { } deadline ? DurationText.Format(deadline) : null,
        Fuel = parsed.GetValue(_fuel),
        IdleAfter = parsed.GetValue(_idleAfter) is { } idle ? DurationText.Format(idle) : null,
        QueueLimit = parsed.GetValue(_queue),
        Stores = parsed.GetValue(_stores),
        PayloadBytes = parsed.GetValue(_maxPayload),
    };

    private GrantSettings Grants(ParseResult parsed) => new()
    {
        Environment = parsed.GetValue(_env) is { Count: > 0 } variables
            ? variables.GroupBy(static v => v.Key, StringComparer.Ordinal).ToDictionary(static v => v.Key, static v => v.Last().Value, StringComparer.Ordinal)
            : null,
        Folders = parsed.GetValue(_dir) is { Count: > 0 } folders ? [.. folders.Select(static f => new FolderSettings(f.HostPath, f.GuestPath, f.ReadOnly))] : null,
        Imports = parsed.GetValue(_imports) is { Length: > 0 } imports ? imports : null,
        CallerArguments = parsed.GetValue(_callerArguments) ? true : null,
        CallerEnvironment = parsed.GetValue(_callerEnvironment) is { Length: > 0 } names ? names : null,
        Features = parsed.GetValue(_features) is { Count: > 0 } features ? [.. features.SelectMany(FeatureText.NamesOf).Distinct(StringComparer.Ordinal)] : null,
    };

    private static bool TryParsePayload(string text, out int value, [System.Diagnostics.CodeAnalysis.NotNullWhen(false)] out string? problem)
    {
        bool ok = SizeText.TryParse(text, out long size, out problem) && size <= int.MaxValue;
        problem ??= ok ? null : $"'{text}' is too large: expected at most {int.MaxValue} bytes";
        value = ok ? (int)size : 0;
        return ok;
    }
}
