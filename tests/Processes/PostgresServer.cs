using System.Diagnostics;
using System.Net.Sockets;
using Npgsql;

namespace WasmActors.Processes;

/// <summary>A PostgreSQL server of its own on the loopback, with its data in a folder that is deleted at the end.</summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(90);

    private readonly string _folder;
    private readonly Process _server;

    private PostgresServer(string folder, Process server, string connection)
    {
        _folder = folder;
        _server = server;
        Connection = connection;
    }

    /// <summary>The connection string for programs in other network namespaces: through a socket in the file system.</summary>
    public string SocketConnection => Connection.Replace("Host=127.0.0.1", $"Host={_folder}", StringComparison.Ordinal);

    /// <summary>The connection string.</summary>
    public string Connection { get; }

    /// <summary>Why no server can be started here; null where one can.</summary>
    public static string? MissingBecause =>
        Programs is null ? "PostgreSQL is not installed"
        : Environment.IsPrivilegedProcess && !File.ReadAllText("/etc/passwd").Contains("\npostgres:", StringComparison.Ordinal) ? "PostgreSQL does not run as root, and there is no user postgres"
        : null;

    private static string? Programs => Directory.Exists("/usr/lib/postgresql")
        ? Directory.GetDirectories("/usr/lib/postgresql").Select(static d => Path.Combine(d, "bin")).FirstOrDefault(static d => File.Exists(Path.Combine(d, "initdb")))
        : null;

    /// <summary>Starts one and waits until it answers.</summary>
    public static async Task<PostgresServer> StartAsync()
    {
        string folder = Directory.CreateTempSubdirectory("wasmactors-postgres-").FullName;
        if (Environment.IsPrivilegedProcess)
        {
            await RunAsync("chown", ["postgres", folder]).ConfigureAwait(false);
        }

        string data = Path.Combine(folder, "data");
        await RunAsync("initdb", ["-D", data, "-U", "tester", "-A", "trust", "--no-sync"]).ConfigureAwait(false);
        int port = FreePorts.Take(1)[0];
        var server = Start("postgres", ["-D", data, "-h", "127.0.0.1", "-p", $"{port}", "-k", folder]);
        var started = new PostgresServer(folder, server, $"Host=127.0.0.1;Port={port};Username=tester;Database=postgres");
        using var patience = new CancellationTokenSource(s_patience);
        while (!await started.AnswersAsync().ConfigureAwait(false))
        {
            await Task.Delay(50, patience.Token).ConfigureAwait(false);
        }

        return started;
    }

    /// <summary>Ends it and deletes its data.</summary>
    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        _server.Kill(entireProcessTree: true);
        await _server.WaitForExitAsync().ConfigureAwait(false);
        _server.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            var attempt = new NpgsqlConnection(Connection);
            await using var _ = attempt.ConfigureAwait(false);
            await attempt.OpenAsync().ConfigureAwait(false);
            return true;
        }
        catch (Exception failure) when (failure is NpgsqlException or SocketException)
        {
            return false;
        }
    }

    private static async Task RunAsync(string program, string[] arguments)
    {
        using var process = Start(program, arguments);
        await process.WaitForExitAsync().WaitAsync(s_patience).ConfigureAwait(false);
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} ended with {process.ExitCode}.");
        }
    }

    // The server refuses to run as root.
    private static Process Start(string program, string[] arguments)
    {
        string path = program == "chown" ? program : Path.Combine(Programs!, program);
        var start = Environment.IsPrivilegedProcess && program != "chown"
            ? new ProcessStartInfo("runuser", ["-u", "postgres", "--", path, .. arguments])
            : new ProcessStartInfo(path, arguments);
        start.WorkingDirectory = "/";
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        var process = Process.Start(start)!;
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }
}
