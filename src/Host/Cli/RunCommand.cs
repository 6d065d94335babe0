using System.CommandLine;
using WasmActors.Host.Cli.Options;
using WasmActors.Host.Cli.Output;
using WasmActors.Host.Cli.Running;
using WasmActors.Host.Formats;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Limits;
using WasmActors.Runtime.Wasi;

namespace WasmActors.Host.Cli;

/// <summary><c>run</c>: runs a WASI program, or calls one export.</summary>
internal sealed class RunCommand : Verb
{
    private readonly Argument<string> _file = FileArgument();
    private readonly Argument<string[]> _arguments = new("ARGS") { Arity = ArgumentArity.ZeroOrMore, Description = "The guest's arguments." };
    private readonly Option<string?> _invoke = new("--invoke") { HelpName = "EXPORT", Description = "Call this export with ARGS, read by its signature, and print its results, one per line." };
    private readonly ParsedListOption<KeyValuePair<string, string>> _env = new("--env", VariableText.TryParse) { HelpName = "NAME=VALUE", Description = "Set an environment variable of the guest. Repeatable." };
    private readonly ParsedListOption<PreopenedFolder> _dir = new("--dir", FolderText.TryParse) { HelpName = "HOST[::GUEST][:ro]", Description = "Let the guest open a folder, under the name GUEST; with :ro it may only read. \\: is a colon of a name. Repeatable." };
    private readonly Option<UnknownImports> _unknown = new("--unknown-imports") { HelpName = "fail|trap|default", Description = "Imports that nobody defines: fail at once, trap when called, or answer zeros. [default: fail]" };
    private readonly ParsedOption<TimeSpan> _timeout = new("--timeout", DurationText.TryParse) { HelpName = "DURATION", Description = "Longest time for the guest, such as 500ms, 2s, 1m. [default: none; with --profile its own]" };
    private readonly ParsedOption<ulong> _fuel = new("--fuel", FuelText.TryParse) { HelpName = "N", Description = "Most work for the guest, about one unit per instruction. [default: not counted]" };
    private readonly ParsedOption<long> _maxMemory = new("--max-memory", SizeText.TryParse) { HelpName = "SIZE", Description = "Most memory of the guest in all, such as 64KiB, 16MiB, 1GiB. [default: the profile's]" };
    private readonly ParsedOption<int> _maxTableElements = new("--max-table-elements", CountText.TryParse) { HelpName = "N", Description = "Most elements of the guest's tables in all. [default: the profile's]" };
    private readonly ParsedOption<int> _maxMemories = new("--max-memories", CountText.TryParse) { HelpName = "N", Description = "Most memories. [default: the profile's]" };
    private readonly ParsedOption<int> _maxTables = new("--max-tables", CountText.TryParse) { HelpName = "N", Description = "Most tables. [default: the profile's]" };
    private readonly ParsedOption<long> _maxStack = new("--max-stack", SizeText.TryParse) { HelpName = "SIZE", Description = "Stack of the guest, 64KiB to 1536KiB; other compiled code for each. [default: 896KiB]" };
    private readonly Option<StoreProfile?> _profile = new("--profile") { HelpName = "trusted|standard|strict", Description = "How far the guest is trusted: where its limits and features begin. strict compiles as --isolate does. [default: standard]" };
    private readonly ParsedListOption<WasmFeatures> _feature = new("--feature", FeatureText.TryParse) { HelpName = "NAME", Description = $"Allow the guest what its profile does not: {FeatureText.Names}. Repeatable." };
    private readonly Option<bool> _noCache = new("--no-cache") { Arity = ArgumentArity.Zero, Description = "Neither read nor write compiled modules on disk." };
    private readonly IsolateOption _isolate = new();
    private readonly Option<bool> _verbose = new("--verbose", "-v") { Arity = ArgumentArity.Zero, Description = "Log on standard error." };

    public RunCommand(Terminal terminal)
        : base("run", "Runs a WASI program, or calls one export of a module.")
    {
        _unknown.AcceptOnlyFromAmong("fail", "trap", "default");
        _profile.AcceptOnlyFromAmong("trusted", "standard", "strict");
        Add(_file);
        Add(_arguments);
        foreach (Option option in (ReadOnlySpan<Option>)[_invoke, _env, _dir, _unknown, _profile, _feature, _timeout, _fuel, _maxMemory, _maxTableElements, _maxMemories, _maxTables, _maxStack, _noCache, _isolate, _verbose])
        {
            Add(option);
        }

        SetAction(async (parsed, cancellation) =>
        {
            var settings = Settings(parsed);
            var log = VerboseLog.Create(terminal, settings.Verbose);
            await using (log.ConfigureAwait(false))
            {
                return await new GuestRun(settings, terminal, log).RunAsync(cancellation).ConfigureAwait(false);
            }
        });
    }

    public override string Synopsis => "run [options] FILE [options] [--] [ARGS…]";

    public override string HelpNotes => """
        Without --invoke the module's _start is run (a WASI command): ARGS are its arguments, standard streams are
        inherited, and its exit status becomes that of wasmactors. With --invoke, _initialize is called first where the
        module exports it (a WASI reactor).

        Options of run come before FILE or, spelled out (--name), directly after it. The first other argument after FILE
        and everything behind it are the guest's, even where it looks like an option; '--' begins them too.

        ARGS of --invoke: integers decimal or 0x hexadecimal; floating point decimal, 0x1.8p3, inf, nan, nan:0x…;
        vectors 0x and up to 32 digits, or i32x4:1,2,3,4; references only null. Results are printed in the same forms.

        FILE is - for a module on standard input. A file whose first line is '#!/usr/bin/env wasmactors' is a program
        once it is executable; with '-S wasmactors run [options]' that line holds options too.

        Examples:
          wasmactors run fib.wat --invoke fib 30
          wasmactors run --invoke add math.wasm -5 3
          wasmactors run program.wasm --flag input.txt
          wasmactors run --dir ./data::/data:ro --env LANG=C program.wasm /data/input.txt
          wasmactors run --profile strict --timeout 2s --fuel 1000000000 --max-memory 16MiB untrusted.wasm
          wasmactors run --feature gc --feature exceptions kotlin.wasm
          wasmactors run --dir 'a\:ro::/data' program.wasm       # the folder a:ro, under the name /data
          echo hello | wasmactors run cat.wasm
          curl -s https://example.com/program.wasm | wasmactors run -

        Exit codes: a WASI program's own status; else 0 done, 2 usage, 65 module not valid, 66 file not readable,
        69 imports, 70 internal, 71 limit, 74 output, 124 time limit, 130 cancelled, 134 trap.
        """;

    private RunSettings Settings(ParseResult parsed) => new()
    {
        File = parsed.GetRequiredValue(_file),
        Invoke = parsed.GetValue(_invoke),
        Arguments = parsed.GetValue(_arguments) ?? [],
        Variables = parsed.GetValue(_env) ?? [],
        Folders = parsed.GetValue(_dir) ?? [],
        Unknown = parsed.GetValue(_unknown),
        Timeout = parsed.GetValue(_timeout),
        Fuel = parsed.GetValue(_fuel),
        Profile = parsed.GetValue(_profile),
        Features = (parsed.GetValue(_feature) ?? []).Aggregate(WasmFeatures.None, static (all, one) => all | one),
        MaxMemory = parsed.GetValue(_maxMemory),
        MaxTableElements = parsed.GetValue(_maxTableElements),
        MaxMemories = parsed.GetValue(_maxMemories),
        MaxTables = parsed.GetValue(_maxTables),
        MaxStack = parsed.GetValue(_maxStack),
        Cache = !parsed.GetValue(_noCache),
        Isolation = IsolateOption.Isolation(parsed.GetValue(_isolate) || parsed.GetValue(_profile) == StoreProfile.Strict),
        Verbose = parsed.GetValue(_verbose),
    };
}
