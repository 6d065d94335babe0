using WasmActors.Host.Cli;
using WasmActors.Host.Cli.Output;

var terminal = Terminal.OfProcess();

return await new CommandLine(
    terminal,
    new RunCommand(terminal),
    new InspectCommand(terminal),
    new CompileCommand(terminal),
    new CacheCommand(terminal),
    new ServeCommand(terminal),
    new DeployCommand(terminal),
    new FunctionsCommand(terminal),
    new CallCommand(terminal),
    new NodesCommand(terminal),
    new KeysCommand(terminal))
    .InvokeAsync(args).ConfigureAwait(false);
