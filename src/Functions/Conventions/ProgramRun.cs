using WasmActors.Actors.Handles;
using WasmActors.Functions.Api;
using WasmActors.Functions.Calls;
using WasmActors.Functions.Sessions;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Values;
using WasmActors.Runtime.Wasi;

namespace WasmActors.Functions.Conventions;

/// <summary>A start of a WASI program (<see cref="CallingConvention.WasiCommand"/>), in a store of its own.</summary>
internal sealed class ProgramRun
{
    internal const string Start = "_start";
    private readonly WasiCapture _stdout;
    private readonly WasiCapture _stderr = WasiOutput.Capture(FunctionSession.StderrLimit);

    private ProgramRun(FunctionSpec spec, GuestLog? log)
    {
        _stdout = WasiOutput.Capture(spec.Limits.PayloadBytes);
        Log = log;
        log?.Keep(_stderr);
    }

    /// <summary>Logs what it writes to standard error; null where nobody would see it.</summary>
    internal GuestLog? Log { get; }

    /// <summary>What it writes to standard error.</summary>
    internal WasiCapture Stderr => _stderr;

    internal static FuncType StartType { get; } = new([], []);

    /// <summary>Makes the store with the program, which is not begun yet.</summary>
    /// <exception cref="WasmException">The program could not be started.</exception>
    internal static async ValueTask<(ProgramRun Program, InstanceRef Instance)> StartAsync(FunctionRuntime runtime, FunctionVersion version, FunctionInput.Program input, CallTime time, CancellationToken cancellation)
    {
        var spec = version.Spec;
        CheckGranted(spec, input);
        var stdin = await PayloadShelf.FetchAsync(input.Stdin, time, cancellation).ConfigureAwait(false);
        var module = await FunctionSession.ModuleAsync(runtime, spec, time, cancellation).ConfigureAwait(false);
        var recipe = runtime.RecipeOf(version);
        recipe.CheckAgain();
        var program = new ProgramRun(spec, recipe.LogOf(module, null));
        var wasi = recipe.Wasi with
        {
            Args = [spec.Name, .. input.Arguments],
            Environment = spec.Grants.Environment.SetItems(input.Environment),
            Stdin = WasiInput.FromBytes(stdin),
            Stdout = program._stdout,
            Stderr = program.Log is { } log ? WasiOutput.ToStream(log.Stderr) : program._stderr,
        };
        return (program, await FunctionSession.InstantiateAsync(runtime, spec, module, recipe.StoreWith(wasi), time, cancellation).ConfigureAwait(false));
    }

    /// <summary>Runs it to its end, once.</summary>
    /// <exception cref="WasmException">It trapped, or was interrupted.</exception>
    internal async ValueTask<FunctionOutput> RunAsync(FunctionRuntime runtime, InstanceRef instance, FunctionSpec spec, CallTime time, CancellationToken cancellation)
    {
        int status = await instance.RunCommandAsync(new CallOptions(time.Take("it waited for its store"), cancellation)).ConfigureAwait(false);
        if (_stdout.IsTruncated)
        {
            throw new WasmError(FunctionErrorCode.PayloadTooLarge, $"The program wrote more than {spec.Limits.PayloadBytes} bytes, the most that '{spec.Name}' may return.");
        }

        return new FunctionOutput.Program(
            status,
            runtime.Shelf.Put(_stdout.ToArray(), spec.Limits.Deadline),
            runtime.Shelf.Put(_stderr.ToArray(), spec.Limits.Deadline));
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
