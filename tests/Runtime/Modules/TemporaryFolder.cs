namespace WasmActors.Runtime.Tests.Modules;

/// <summary>A path of its own for one test, removed with all below it. The folder itself is made by whoever needs it.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), "wasmactors-" + Guid.NewGuid().ToString("N"));

    public string In(string name) => System.IO.Path.Combine(Path, name);

    public TemporaryFolder Make()
    {
        Directory.CreateDirectory(Path);
        return this;
    }

    public void Dispose()
    {
        if (Directory.Exists(Path))
        {
            Directory.Delete(Path, recursive: true);
        }
        else if (File.Exists(Path))
        {
            File.Delete(Path);
        }
    }
}
