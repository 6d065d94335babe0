using WasmActors.Actors.Handles;
using WasmActors.Functions.Api;
using WasmActors.Functions.Calls;
using WasmActors.Functions.Content;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Modules.Precheck;
using WasmActors.Runtime.Values;
using WasmActors.Runtime.Wasi;

namespace WasmActors.Functions.Conventions.WasiCommand;

/// <summary>The <see cref="CallingConvention.WasiCommand"/> convention: a WASI program, started once in a store made for the call.</summary>
internal sealed class WasiCommandConvention() : Convention(CallingConvention.WasiCommand, "wasi-command", CallShape.Program)
{
    private const string Start = FunctionRequest.ProgramExport;

    private static readonly FuncType s_start = new([], []);

    internal override bool StartsAnew => true;

    internal override void Check(FunctionSpec spec)
    {
        if (spec.Kind == FunctionKind.Keyed)
        {
            throw new WasmError(FunctionErrorCode.BadSpec, "The function cannot be deployed: a WASI program is started anew for each call and cannot be keyed: deploy it stateless, or as a library (reactor) with another convention.");
        }
    }

    internal override bool Detects(ModuleOutline outline) => Exports(outline, Start, ExternKind.Func);

    internal override string? Missing(ModuleOutline outline) =>
        Exports(outline, Start, ExternKind.Func) ? null : $"with the convention {Id} the module must export a function '{Start}'";

    internal override string? Missing(WasmModule module) =>
        s_start.Equals(TypeOf(module, Start)) ? null : $"a WASI program must export '{Start}{s_start}'";

    internal override async ValueTask<WasiOptions> PrepareAsync(FunctionSpec spec, WasiOptions granted, FunctionInput input, CallTime time, CancellationToken cancellation)
    {
        var program = (FunctionInput.Program)input;
        CheckGranted(spec, program);
        var stdin = await PayloadShelf.FetchAsync(program.Stdin, time, cancellation).ConfigureAwait(false);
        return granted with
        {
            Args = [spec.Name, .. program.Arguments],
            Environment = spec.Grants.Environment.SetItems(program.Environment),
            Stdin = WasiInput.FromBytes(stdin),
        };
    }

    internal override async ValueTask<FunctionOutput> CallAsync(ConventionCall call)
    {
        var (stdout, stderr) = (call.Output.Stdout!, call.Output.Stderr!);
        call.Progress.Begin();
        int status = await call.Instance.RunCommandAsync(new CallOptions(call.Time.Take("it waited for its store"), call.Options.Cancellation)).ConfigureAwait(false);
        return stdout.IsTruncated
            ? throw new WasmError(FunctionErrorCode.PayloadTooLarge, $"The program wrote more than {call.Spec.Limits.PayloadBytes} bytes, the most that '{call.Spec.Name}' may return.")
            : new FunctionOutput.Program(status, Payload.Inline(stdout.ToArray()), Payload.Inline(stderr.ToArray()));
    }

    private static void CheckGranted(FunctionSpec spec, FunctionInput.Program input)
    {
        if (input.Arguments.Length > 0 && !spec.Grants.CallerArguments)
        {
            throw new WasmError(FunctionErrorCode.NotGranted, $"'{spec.Name}' takes no arguments from its callers.");
        }

        foreach (string name in input.Environment.Keys)
        {
            if (!spec.Grants.CallerEnvironment.Contains(name))
            {
                throw new WasmError(FunctionErrorCode.NotGranted, $"'{spec.Name}' does not let its callers set the environment variable '{GuestText.Clean(name, GuestText.NameLimit)}'.");
            }
        }
    }
}
