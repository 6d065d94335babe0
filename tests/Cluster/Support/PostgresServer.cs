using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace WasmActors.Cluster.Tests.Support;

/// <summary>A PostgreSQL server of its own on the loopback, with its data in a folder that is deleted at the end.</summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    private readonly string _folder;
    private readonly Process _server;

    private PostgresServer(string folder, Process server, string connection)
    {
        _folder = folder;
        _server = server;
        Connection = connection;
    }

    internal string Connection { get; }

    /// <summary>Why no server can be started here; null where one can.</summary>
    internal static string? MissingBecause =>
        Programs is null ? "PostgreSQL is not installed"
        : Environment.IsPrivilegedProcess && !File.ReadAllText("/etc/passwd").Contains("\npostgres:", StringComparison.Ordinal) ? "PostgreSQL does not run as root, and there is no user postgres"
        : null;

    private static string? Programs => Directory.Exists("/usr/lib/postgresql")
        ? Directory.GetDirectories("/usr/lib/postgresql").Select(static d => Path.Combine(d, "bin")).FirstOrDefault(static d => File.Exists(Path.Combine(d, "initdb")))
        : null;

    internal static async Task<PostgresServer> StartAsync()
    {
        string folder = Directory.CreateTempSubdirectory("wasmactors-postgres-").FullName;
        if (Environment.IsPrivilegedProcess)
        {
            await RunAsync("chown", ["postgres", folder]);
        }

        string data = Path.Combine(folder, "data");
        await RunAsync("initdb", ["-D", data, "-U", "tester", "-A", "trust", "--no-sync"]);
        int port = FreePort();
        var server = Start("postgres", ["-D", data, "-h", "127.0.0.1", "-p", $"{port}", "-k", folder]);
        string connection = $"Host=127.0.0.1;Port={port};Username=tester;Database=postgres";
        await Expect.ConditionAsync(() => AnswersAsync(connection), "PostgreSQL answers");
        return new PostgresServer(folder, server, connection);
    }

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        _server.Kill(entireProcessTree: true);
        await _server.WaitForExitAsync();
        _server.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static async Task<bool> AnswersAsync(string connection)
    {
        try
        {
            await using var attempt = new NpgsqlConnection(connection);
            await attempt.OpenAsync();
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private static async Task RunAsync(string program, string[] arguments)
    {
        using var process = Start(program, arguments);
        await process.WaitForExitAsync().WaitAsync(Expect.Patience);
        Assert.Equal(0, process.ExitCode);
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

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
