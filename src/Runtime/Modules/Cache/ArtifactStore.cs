using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using WasmActors.Runtime.Interop.Bridges;
using WasmActors.Runtime.Modules.Precheck;

namespace WasmActors.Runtime.Modules.Cache;

/// <summary>
/// Compiled modules as files of one folder, each with a message authentication code that is checked before any of its native
/// code is loaded. Whatever goes wrong with the disk is kept in <see cref="Problem"/> and otherwise as if nothing were there.
/// </summary>
internal sealed class ArtifactStore
{
    private const string Ending = ".cwasm";
    private const string CodeEnding = ".mac";
    private const int DigestLength = 64;
    private const int TagLength = 16;

    // The file beside the artifact: the module's traits, then the code over them, the artifact's name and the artifact.
    private const int TraitsLength = sizeof(int);

    private static readonly SearchValues<char> s_hexDigits = SearchValues.Create("0123456789abcdef");

    private readonly WasmEngine _engine;
    private readonly string _folder;
    private readonly long _maxBytes;
    private readonly string _tag;
    private string? _problem;

    internal ArtifactStore(WasmEngine engine, string folder, long maxBytes)
    {
        _engine = engine;
        _folder = folder;
        _maxBytes = maxBytes;
        _tag = TagOf(engine.Settings);
    }

    /// <summary>The first thing that went wrong with the disk, or null.</summary>
    internal string? Problem => Volatile.Read(ref _problem);

    /// <summary>Loads the compiled form of a module, and what was found in its binary when it was made.</summary>
    /// <returns>Wasmtime's module; 0 when there is none, or none to be trusted: that one is removed.</returns>
    internal nint TryLoad(string digest, out ModuleTraits traits)
    {
        traits = ModuleTraits.Unknown;
        try
        {
            byte[] key = ArtifactFolder.Open(_folder);
            string path = PathOf(digest);
            if (!File.Exists(path))
            {
                return 0;
            }

            byte[]? artifact = ReadAuthentic(path, key, out traits);
            nint module = artifact is null ? 0 : ModuleTypes.LoadArtifact(_engine, artifact);
            if (module == 0)
            {
                Remove(path);
                return 0;
            }

            MarkUsed(path);
            return module;
        }
        catch (Exception problem) when (IsOfDisk(problem))
        {
            Report(problem);
            return 0;
        }
    }

    /// <summary>Keeps the compiled form of a module.</summary>
    internal void Save(string digest, byte[] artifact, ModuleTraits traits)
    {
        if (artifact.Length > _maxBytes)
        {
            return;
        }

        string? made = null;
        string? madeCode = null;
        try
        {
            byte[] key = ArtifactFolder.Open(_folder);
            string path = PathOf(digest);
            madeCode = ArtifactFolder.WriteTemporary(_folder, CodeOf(artifact, Path.GetFileName(path), traits, key));
            made = ArtifactFolder.WriteTemporary(_folder, artifact);

            // The code first: readers look for the artifact.
            File.Move(madeCode, path + CodeEnding, overwrite: true);
            File.Move(made, path, overwrite: true);
            MarkUsed(path);
            RemoveBeyond(_maxBytes, keep: path);
        }
        catch (Exception problem) when (IsOfDisk(problem))
        {
            Report(problem);
            DeleteLeft(made);
            DeleteLeft(madeCode);
        }
    }

    internal IReadOnlyList<CachedModule> List()
    {
        try
        {
            return [.. Artifacts().OrderByDescending(static file => file.LastWriteTimeUtc).Select(file => new CachedModule(
                file.Name[..DigestLength],
                file.Length,
                new DateTimeOffset(file.LastWriteTimeUtc),
                file.Name[(DigestLength + 1)..^Ending.Length] == _tag))];
        }
        catch (Exception problem) when (IsOfDisk(problem))
        {
            Report(problem);
            return [];
        }
    }

    internal int Clear()
    {
        try
        {
            var files = Artifacts();
            files.ForEach(static file => Remove(file.FullName));
            return files.Count(static file => !File.Exists(file.FullName));
        }
        catch (Exception problem) when (IsOfDisk(problem))
        {
            Report(problem);
            return 0;
        }
    }

    private static bool IsOfDisk(Exception problem) => problem is IOException or UnauthorizedAccessException or NotSupportedException;

    private static string TagOf(EngineSettings settings)
    {
        var embedding = typeof(Wasmtime.Engine).Assembly;
        string version = embedding.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? embedding.FullName!;
        string system = OperatingSystem.IsWindows() ? "windows" : OperatingSystem.IsMacOS() ? "macos" : RuntimeInformation.RuntimeIdentifier;
        string all = string.Create(CultureInfo.InvariantCulture, $"{version}\n{settings.Fingerprint}\n{system}\n{RuntimeInformation.ProcessArchitecture}\ntraits {TraitReader.Version}");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(all)))[..TagLength];
    }

    private static byte[]? ReadAuthentic(string path, byte[] key, out ModuleTraits traits)
    {
        traits = ModuleTraits.Unknown;
        try
        {
            byte[] artifact = File.ReadAllBytes(path);
            byte[] code = File.ReadAllBytes(path + CodeEnding);
            if (code.Length < TraitsLength)
            {
                return null;
            }

            traits = (ModuleTraits)BinaryPrimitives.ReadInt32LittleEndian(code);
            return CryptographicOperations.FixedTimeEquals(code, CodeOf(artifact, Path.GetFileName(path), traits, key)) ? artifact : null;
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    private static byte[] CodeOf(byte[] artifact, string name, ModuleTraits traits, byte[] key)
    {
        byte[] code = new byte[TraitsLength + HMACSHA256.HashSizeInBytes];
        BinaryPrimitives.WriteInt32LittleEndian(code, (int)traits);
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        hash.AppendData(Encoding.UTF8.GetBytes(name + '\0'));
        hash.AppendData(code.AsSpan(0, TraitsLength));
        hash.AppendData(artifact);
        hash.GetHashAndReset(code.AsSpan(TraitsLength));
        return code;
    }

    private static void Remove(string path)
    {
        ArtifactFolder.TryDelete(path);
        ArtifactFolder.TryDelete(path + CodeEnding);
    }

    private static void DeleteLeft(string? temporary)
    {
        if (temporary is not null)
        {
            ArtifactFolder.TryDelete(temporary);
        }
    }

    private static bool IsArtifact(string name) =>
        name.Length == DigestLength + 1 + TagLength + Ending.Length
        && IsHex(name.AsSpan(0, DigestLength))
        && name[DigestLength] == '-'
        && IsHex(name.AsSpan(DigestLength + 1, TagLength));

    private static bool IsHex(ReadOnlySpan<char> text) => !text.ContainsAnyExcept(s_hexDigits);

    private string PathOf(string digest) => Path.Combine(_folder, $"{digest}-{_tag}{Ending}");

    private void MarkUsed(string path)
    {
        try
        {
            File.SetLastWriteTimeUtc(path, _engine.Settings.Clock.GetUtcNow().UtcDateTime);
        }
        catch (Exception left) when (IsOfDisk(left))
        {
            // Another process removed it, or the disk is read-only: only the order of removal suffers.
        }
    }

    private List<FileInfo> Artifacts()
    {
        var folder = new DirectoryInfo(_folder);
        return folder.Exists ? [.. folder.EnumerateFiles("*" + Ending).Where(static file => IsArtifact(file.Name))] : [];
    }

    private void RemoveBeyond(long maxBytes, string keep)
    {
        var files = Artifacts();
        long total = files.Sum(static file => file.Length);
        foreach (var file in files.Where(file => file.FullName != keep).OrderBy(static file => file.LastWriteTimeUtc))
        {
            if (total <= maxBytes)
            {
                break;
            }

            total -= file.Length;
            Remove(file.FullName);
        }

        // What a process left that ended while it was writing.
        var old = TimeProvider.System.GetUtcNow().UtcDateTime - TimeSpan.FromDays(1);
        foreach (var file in new DirectoryInfo(_folder).EnumerateFiles("*" + ArtifactFolder.TemporaryEnding).Where(file => file.LastWriteTimeUtc < old))
        {
            ArtifactFolder.TryDelete(file.FullName);
        }
    }

    private void Report(Exception problem) =>
        Interlocked.CompareExchange(ref _problem, $"Compiled modules are not kept in {_folder}: {problem.Message}", null);
}
