using System.Text;
using WasmActors.Conformance.Reports;
using WasmActors.Conformance.Running;
using WasmActors.Runtime.Calls;

namespace WasmActors.Conformance.Tests.Support;

/// <summary>A runner that the tests of a class share, without known limits unless they are given.</summary>
public sealed class RunnerFixture : IAsyncLifetime
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(2);
    private ConformanceHost? _host;

    public async Task InitializeAsync() => _host = await ConformanceHost.StartAsync(ExecutionMode.Direct).WaitAsync(s_deadline);

    public async Task DisposeAsync() => await _host!.DisposeAsync();

    internal Task<FileReport> RunAsync(string script, KnownLimits? limits = null, string path = "test.wast") =>
        RunAsync(Encoding.UTF8.GetBytes(script), limits, path);

    internal Task<FileReport> RunAsync(byte[] script, KnownLimits? limits = null, string path = "test.wast", bool stopAtFailure = false) =>
        new ScriptRunner(_host!, limits ?? KnownLimits.None, new RunGate(stopAtFailure)).RunAsync(path, script).WaitAsync(s_deadline);

    internal Task<FileReport> RunFileAsync(string path) =>
        new ScriptRunner(_host!, KnownLimits.None, new RunGate(stopAtFailure: false)).RunFileAsync(path).WaitAsync(s_deadline);
}
