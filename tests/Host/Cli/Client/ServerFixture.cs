using WasmActors.Processes;

namespace WasmActors.Host.Tests.Cli.Client;

/// <summary>A real server with API keys, for the tests of a class; each uses functions of its own.</summary>
public sealed class ServerFixture : IAsyncLifetime, IDisposable
{
    private ServerProcess _serve = null!;

    /// <summary>Where tests write their files.</summary>
    public TemporaryFolder Folder { get; } = new();

    /// <summary>Its address.</summary>
    public string Url => _serve.Address.GetLeftPart(UriPartial.Authority);

    /// <summary>A file with the key that may do everything.</summary>
    public string KeyFile { get; private set; } = "";

    public async Task InitializeAsync()
    {
        _serve = await ProgramRun.ServeAsync(Folder);
        KeyFile = Folder.Write("admin.key", _serve.Key + "\n");
    }

    public async Task DisposeAsync() => await _serve.DisposeAsync();

    public void Dispose() => Folder.Dispose();

    /// <summary>Runs a verb with the key that may do everything.</summary>
    internal Task<ProgramRun> RunAsync(params string[] args) => RunAsync(null, args);

    /// <summary>Runs a verb with something on standard input.</summary>
    internal Task<ProgramRun> RunAsync(string? input, string[] args) =>
        InProcess.RunAsync(input, inputIsTerminal: false, [args[0], "--server", Url, "--key-file", KeyFile, .. args[1..]]);

    /// <summary>Writes a module and deploys it.</summary>
    internal async Task DeployAsync(string name, string text, params string[] options)
    {
        var run = await RunAsync(["deploy", Folder.Write($"{name}.wat", text), .. options]);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
    }
}
