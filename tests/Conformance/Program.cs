using WasmActors.Conformance.Cli;

return await CommandLine.InvokeAsync(args, Console.Out, Console.Error, !Console.IsOutputRedirected);
