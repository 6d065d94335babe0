using BenchmarkDotNet.Running;
using WasmActors.Benchmarks.Comparison;
using WasmActors.Benchmarks.Pausing;

switch (args)
{
    case [CompareCommand.Verb, .. var rest]:
        return await new CompareCommand().InvokeAsync(rest).ConfigureAwait(false);
    case [PauseCommand.Verb, .. var loads]:
        return await PauseCommand.RunAsync(loads).ConfigureAwait(false);
    default:
        BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
        return 0;
}
