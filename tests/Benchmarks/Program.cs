using BenchmarkDotNet.Running;
using WasmActors.Benchmarks.Comparison;

if (args is [CompareCommand.Verb, .. var rest])
{
    return await new CompareCommand().InvokeAsync(rest);
}

BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
return 0;
