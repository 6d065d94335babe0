using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Interop.Bridges;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Wasi.Stdin;
using Wasmtime;

namespace WasmActors.Runtime.Wasi;

/// <summary>Gives a store its WASI context, and owns what feeds its standard input while the store lives.</summary>
internal sealed class WasiSession : IDisposable
{
    private const int MaxBufferedInput = 64 << 20;

    // For a stream in a store that can be paused and has folders: its guests read files and the stream by the same function, Wasmtime's.
    private readonly WasiFeed? _feed;

    /// <summary>Sets the context of a store.</summary>
    /// <exception cref="WasmError"><c>wasi.bad_configuration</c>: a file or folder cannot be opened, or text holds a zero.</exception>
    internal WasiSession(WasmStore store, WasiOptions options)
    {
        Check(options);
        Clock = new WasiClock(store);
        HasFolders = options.Folders.Count > 0;
        Others = HasFolders && (!store.IsPreemptive || options.Stdin is WasiInput.InheritedInput) ? new WasiDescriptors(store) : null;
        bool readsItself = !HasFolders || Others is not null;
        var configuration = new WasiConfiguration().WithArgs(options.Args);
        configuration.WithEnvironmentVariables(options.Environment.Select(static v => (v.Key, v.Value)));
        using var folders = new OpenFolders();
        foreach (var folder in options.Folders)
        {
            configuration.WithPreopenedDirectory(folders.Add(folder), folder.GuestPath, mutable: !folder.ReadOnly);
        }

        SetOutput(configuration, options.Stdout, isError: false);
        SetOutput(configuration, options.Stderr, isError: true);
        if (!readsItself && options.Stdin is WasiInput.StreamInput stream && OperatingSystem.IsLinux())
        {
            _feed = new WasiFeed(store, stream.Stream);
            configuration.WithStandardInput(_feed.ReadPath);
        }

        try
        {
            Input = readsItself ? StdinSource.Of(options.Stdin) : null;
            WasiBridge.Apply(store.Context, configuration, Input is null ? SetInput(configuration, options.Stdin) : null);
        }
        catch (Exception refused)
        {
            Dispose();
            if (refused is WasmtimeException or InvalidOperationException)
            {
                throw new WasmError(ErrorCode.WasiBadConfiguration, $"The WASI settings were refused: {refused.Message}", refused);
            }

            throw;
        }

        _feed?.Start();
    }

    /// <summary>The clocks that the programs see.</summary>
    internal WasiClock Clock { get; }

    /// <summary>Standard input, where the host reads it; null where Wasmtime does.</summary>
    internal StdinSource? Input { get; }

    /// <summary>Asks Wasmtime for the other descriptors; null where there are none, or nobody can ask.</summary>
    internal WasiDescriptors? Others { get; }

    /// <summary>Whether the programs may have descriptors of files and folders.</summary>
    internal bool HasFolders { get; }

    public void Dispose()
    {
        _feed?.Dispose();
        Input?.Dispose();
    }

    private static void Check(WasiOptions options)
    {
        foreach (string text in options.Args.Concat(options.Environment.Keys).Concat(options.Environment.Values))
        {
            Require(!text.Contains('\0'), "arguments and environment cannot hold a zero character");
        }

        foreach (string name in options.Environment.Keys)
        {
            Require(name.Length > 0 && !name.Contains('='), $"'{GuestText.Clean(name, GuestText.NameLimit)}' is no name of an environment variable");
        }

        foreach (var folder in options.Folders)
        {
            RequirePath(folder.HostPath);
            Require(folder.Within is not null || Directory.Exists(folder.HostPath), $"the folder {folder.HostPath} does not exist");
            Require(folder.Within is not { } root || (root.Length > 0 && !root.Contains('\0')), $"the folder {folder.HostPath} cannot lie within a folder without a name");
            Require(folder.GuestPath.Length > 0 && !folder.GuestPath.Contains('\0'), $"the folder {folder.HostPath} needs a name for the guest");
            Require(options.Folders.Count(other => other.GuestPath == folder.GuestPath) == 1, $"two folders have the name {GuestText.Clean(folder.GuestPath, GuestText.NameLimit)} for the guest");
        }
    }

    // Native code reads a path up to its first zero.
    private static void RequirePath(string path) => Require(path.Length > 0 && !path.Contains('\0'), $"'{GuestText.Clean(path, GuestText.NameLimit)}' is no path");

    private static void Require(bool holds, string problem)
    {
        if (!holds)
        {
            throw new WasmError(ErrorCode.WasiBadConfiguration, $"WASI: {problem}.");
        }
    }

    private static void SetOutput(WasiConfiguration configuration, WasiOutput output, bool isError)
    {
        switch (output)
        {
            case WasiOutput.InheritedOutput:
                _ = isError ? configuration.WithInheritedStandardError() : configuration.WithInheritedStandardOutput();
                break;
            case WasiOutput.FileOutput file:
                RequirePath(file.Path);
                _ = isError ? configuration.WithStandardError(file.Path) : configuration.WithStandardOutput(file.Path);
                break;
            case WasiOutput.StreamOutput stream:
                SetCallback(configuration, stream.Write, isError);
                break;
            case WasiCapture capture:
                SetCallback(configuration, capture.Write, isError);
                break;
        }
    }

    private static void SetCallback(WasiConfiguration configuration, WasiOutputCallback write, bool isError) =>
        _ = isError ? configuration.WithStandardErrorCallback(write) : configuration.WithStandardOutputCallback(write);

    private static byte[] ReadAll(Stream stream)
    {
        using var buffer = new MemoryStream();
        byte[] part = new byte[81920];
        int read;
        while ((read = stream.Read(part)) > 0)
        {
            buffer.Write(part, 0, read);
            Require(buffer.Length <= MaxBufferedInput, $"the input stream is longer than {MaxBufferedInput >> 20} MiB");
        }

        return buffer.ToArray();
    }

    // The answer is input from memory.
    private static ReadOnlyMemory<byte>? SetInput(WasiConfiguration configuration, WasiInput input)
    {
        switch (input)
        {
            case WasiInput.InheritedInput:
                configuration.WithInheritedStandardInput();
                return null;
            case WasiInput.FileInput file:
                Require(File.Exists(file.Path), $"the input file {file.Path} does not exist");
                configuration.WithStandardInput(file.Path);
                return null;
            case WasiInput.BytesInput given:
                return given.Bytes;
            case WasiInput.StreamInput stream when !OperatingSystem.IsLinux():
                return ReadAll(stream.Stream);
            default:
                return null;
        }
    }
}
