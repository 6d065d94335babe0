using WasmActors.Actors.Functions.Calls;
using WasmActors.Actors.Handles;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Values;
using WasmActors.Runtime.Wasi;

namespace WasmActors.Actors.Functions.Running;

/// <summary>The <see cref="CallingConvention.WasiCommand"/> convention: a store of its own for each call.</summary>
internal static class ProgramRun
{
    internal const string Start = "_start";
    private const int StderrLimit = 64 << 10;

    internal static FuncType StartType { get; } = new([], []);

    /// <exception cref="WasmException">The program could not be started, trapped or was interrupted.</exception>
    internal static async ValueTask<FunctionOutput> RunAsync(FunctionRuntime runtime, FunctionSpec spec, FunctionInput.Program input, CallTime time, CancellationToken cancellation)
    {
        CheckGranted(spec, input);
        var stdin = await PayloadShelf.FetchAsync(input.Stdin, time, cancellation).ConfigureAwait(false);
        var stdout = WasiOutput.Capture(spec.Limits.PayloadBytes);
        var stderr = WasiOutput.Capture(StderrLimit);
        var wasi = FunctionSession.WasiOf(spec.Grants) with
        {
            Args = [spec.Name, .. input.Arguments],
            Environment = spec.Grants.Environment.SetItems(input.Environment),
            Stdin = WasiInput.FromBytes(stdin),
            Stdout = stdout,
            Stderr = stderr,
        };
        var instance = await FunctionSession.InstantiateAsync(runtime, spec, wasi, time, cancellation).ConfigureAwait(false);
        try
        {
            int status = await instance.RunCommandAsync(new CallOptions(time.Take("it waited for its store"), cancellation)).ConfigureAwait(false);
            if (stdout.IsTruncated)
            {
                throw new WasmError(FunctionErrorCode.PayloadTooLarge, $"The program wrote more than {spec.Limits.PayloadBytes} bytes, the most that '{spec.Name}' may return.");
            }

            return new FunctionOutput.Program(
                status,
                runtime.Shelf.Put(stdout.ToArray(), spec.Limits.Deadline),
                runtime.Shelf.Put(stderr.ToArray(), spec.Limits.Deadline));
        }
        finally
        {
            await instance.Store.StopAsync(CancellationToken.None).ConfigureAwait(false);
        }
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
