using WasmActors.Runtime.Tests.Modules;

namespace WasmActors.Runtime.Tests.Wasi.Folders;

/// <summary>A folder that guests may have parts of, with things beside it that no guest may ever see or change.</summary>
internal sealed class FolderWorld : IDisposable
{
    /// <summary>What the files say that no guest may read.</summary>
    public const string Secret = "private";

    /// <summary>The file that guests try to write.</summary>
    public const string Mark = "mark";

    private static readonly string[] s_outside = ["", "private", "private/deep", "safe-not", "private/sub"];
    private readonly TemporaryFolder _folder = new TemporaryFolder().Make();

    public FolderWorld()
    {
        foreach (string part in s_outside)
        {
            Directory.CreateDirectory(_folder.In(part));
            File.WriteAllText(_folder.In(System.IO.Path.Combine(part, "note")), Secret);
        }

        Reset();
    }

    public string Path => _folder.Path;

    public string Safe => _folder.In("safe");

    /// <summary>Whether a guest has written outside.</summary>
    public bool IsMarked => Array.Exists(s_outside, part => File.Exists(_folder.In(System.IO.Path.Combine(part, Mark))));

    /// <summary>Makes the folder that guests may have anew.</summary>
    public void Reset()
    {
        if (Directory.Exists(Safe))
        {
            Directory.Delete(Safe, recursive: true);
        }

        foreach (string part in (string[])["", "sub", "sub/deep", "a"])
        {
            Directory.CreateDirectory(System.IO.Path.Combine(Safe, part));
            File.WriteAllText(System.IO.Path.Combine(Safe, part, "note"), "allowed");
        }
    }

    public void RemoveMarks()
    {
        foreach (string part in s_outside)
        {
            File.Delete(_folder.In(System.IO.Path.Combine(part, Mark)));
        }
    }

    public void Dispose() => _folder.Dispose();
}
