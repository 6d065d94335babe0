namespace WasmActors.Runtime.Tests.Modules.Compilation;

/// <summary>Tests that start processes and look at memory, one after another and beside no others.</summary>
[CollectionDefinition(nameof(CompilerProcesses), DisableParallelization = true)]
public sealed class CompilerProcesses;
