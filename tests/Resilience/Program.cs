using WasmActors.Resilience.Commits;
using WasmActors.Resilience.Running;

return args is [CommitWorker.Verb, ..] ? await CommitWorker.RunAsync(args).ConfigureAwait(false) : await ResilienceCommand.RunAsync(args).ConfigureAwait(false);
