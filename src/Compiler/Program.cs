// Compiles one module, for a parent that must not be hurt by it. The parent names the files that it runs itself: its
// WasmActors.Runtime.dll, its Wasmtime.Dotnet.dll and its native library of Wasmtime. So both are always of one version, wherever
// they are, and the library can bring this program along without the two depending on each other.
using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

if (args is not [var runtime, var embedding, var library])
{
    Console.Error.WriteLine("wasmactors-compile is started by WasmActors.Runtime, with the paths of what it needs.");
    return 2;
}

AssemblyLoadContext.Default.Resolving += (context, name) => name.Name == Path.GetFileNameWithoutExtension(embedding) ? context.LoadFromAssemblyPath(embedding) : null;
AssemblyLoadContext.Default.ResolvingUnmanagedDll += (_, name) => name == "wasmtime" ? NativeLibrary.Load(library) : 0;
var compiler = AssemblyLoadContext.Default.LoadFromAssemblyPath(runtime).GetType("WasmActors.Runtime.Modules.Compilation.CompilerMain", throwOnError: true)!;
return (int)compiler.GetMethod("Run", BindingFlags.NonPublic | BindingFlags.Static)!.Invoke(null, null)!;
