using WasmActors.Host.Cli;
using WasmActors.Host.Cli.Output;
using WasmActors.Host.Settings;
using WasmActors.Runtime.Interop.Files;

StandardStreams.RequireOpen();
if (args is ["serve", ..] && OpenFiles.Problem() is { } problem)
{
    await Console.Error.WriteLineAsync(problem).ConfigureAwait(false);
    return ExitCodes.Node;
}

return await CommandLine.Of(Terminal.OfProcess()).InvokeAsync(args).ConfigureAwait(false);
