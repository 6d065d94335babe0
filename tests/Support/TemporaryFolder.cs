using System.Text;

namespace WasmActors.Tests.Support;

/// <summary>A folder of one test, deleted with its content at the end.</summary>
public sealed class TemporaryFolder : IDisposable
{
    /// <summary>Its path.</summary>
    public string Path { get; } = Directory.CreateTempSubdirectory("wasmactors-tests-").FullName;

    /// <summary>Returns a path in it.</summary>
    public string In(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Writes a file, and creates the folders that it needs.</summary>
    /// <returns>The path of the file.</returns>
    public string Write(string name, string text) => Write(name, Encoding.UTF8.GetBytes(text));

    /// <summary>Writes a file, and creates the folders that it needs.</summary>
    /// <returns>The path of the file.</returns>
    public string Write(string name, byte[] bytes)
    {
        string path = In(name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (Exception leftover) when (leftover is IOException or UnauthorizedAccessException)
        {
            // A process that was killed may still write there. What remains in the temporary folder harms nobody.
        }
    }
}
