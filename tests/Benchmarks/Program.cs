using BenchmarkDotNet.Running;
using WasmActors.Benchmarks.Pausing;

if (args is [PauseCommand.Verb, .. var loads])
{
    return await PauseCommand.RunAsync(loads).ConfigureAwait(false);
}

BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
return 0;
