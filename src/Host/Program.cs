using WasmActors.Host.Cli;
using WasmActors.Host.Cli.Output;

var terminal = Terminal.OfProcess();

return await new CommandLine(
    terminal,
    new RunCommand(terminal),
    new InspectCommand(terminal),
    new CompileCommand(terminal),
    new CacheCommand(terminal),
    new ServeCommand(terminal))
    .InvokeAsync(args).ConfigureAwait(false);
