using System.Runtime.InteropServices;

namespace WasmActors.Host.Deployments.Watching;

/// <summary>What tells one state of a file from another without reading it. Of a link, that of what it leads to.</summary>
/// <param name="Target">What a link leads to; null for a file that is no link.</param>
/// <param name="Bytes">Its length; -1 for a file that is not there.</param>
/// <param name="Changed">When it was written last.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct FileStamp(string? Target, long Bytes, DateTime Changed)
{
    private static FileStamp Missing { get; } = new(null, -1, default);

    /// <summary>The stamp of a file as it is now.</summary>
    public static FileStamp Of(string path)
    {
        try
        {
            var file = new FileInfo(path);
            if (file.LinkTarget is null)
            {
                return file.Exists ? new FileStamp(null, file.Length, file.LastWriteTimeUtc) : Missing;
            }

            string target = file.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? path;
            var there = new FileInfo(target);
            return there.Exists ? new FileStamp(target, there.Length, there.LastWriteTimeUtc) : Missing with { Target = target };
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return Missing; // reading it says why
        }
    }
}
