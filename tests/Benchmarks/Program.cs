using BenchmarkDotNet.Running;
using WasmActors.Benchmarks.Comparison;
using WasmActors.Benchmarks.Pausing;
using WasmActors.Benchmarks.Serving;

switch (args)
{
    case [CompareCommand.Verb, .. var rest]:
        return await new CompareCommand().InvokeAsync(rest).ConfigureAwait(false);
    case [EmptyServer.Verb]:
        return await EmptyServer.RunAsync().ConfigureAwait(false);
    case [PauseCommand.Verb, .. var loads]:
        return await PauseCommand.RunAsync(loads).ConfigureAwait(false);
    default:
        BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
        return 0;
}
