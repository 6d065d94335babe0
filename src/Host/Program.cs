using WasmActors.Host.Cli;
using WasmActors.Host.Cli.Output;

return await CommandLine.Of(Terminal.OfProcess()).InvokeAsync(args).ConfigureAwait(false);
