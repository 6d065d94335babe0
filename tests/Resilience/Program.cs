using WasmActors.Resilience.Running;

return await ResilienceCommand.RunAsync(args).ConfigureAwait(false);
