using System.CommandLine;
using WasmActors.Runtime.Modules;

namespace WasmActors.Host.Cli.Options;

/// <summary><c>--isolate</c>: modules are looked at for their size and compiled in a process of their own.</summary>
internal sealed class IsolateOption : Option<bool>
{
    public IsolateOption()
        : base("--isolate")
    {
        Arity = ArgumentArity.Zero;
        Description = "Compile in a process of its own with limits on size, time and memory: for modules of others.";
    }

    /// <summary>Where modules are compiled.</summary>
    public static CompileIsolation Isolation(bool isIsolated) => isIsolated ? CompileIsolation.ChildProcess : CompileIsolation.InProcess;
}
