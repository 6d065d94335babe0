using System.Diagnostics;
using System.Reflection;
using System.Text.Json;
using WasmActors.Benchmarks.Comparison.Rows;

namespace WasmActors.Benchmarks.Comparison.Turns;

/// <summary>A contender in a child process: one line of JSON in for each turn, one line out. It is stopped between its turns.</summary>
internal sealed class ContenderProcess : IAsyncDisposable
{
    private static readonly TimeSpan s_quitTime = TimeSpan.FromSeconds(15);

    private readonly Process _process;
    private readonly Task<string> _errors;
    private bool _over;

    internal ContenderProcess(Row row, Contender contender)
    {
        Contender = contender;
        string program = Environment.ProcessPath!;
        var start = new ProcessStartInfo(program) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        if (Path.GetFileNameWithoutExtension(program) == "dotnet")
        {
            start.ArgumentList.Add(Assembly.GetEntryAssembly()!.Location);
        }

        foreach (string argument in (string[])[CompareCommand.Verb, CompareCommand.ContendVerb, row.Name, contender.Name])
        {
            start.ArgumentList.Add(argument);
        }

        if (contender.ServerGc)
        {
            start.Environment["DOTNET_gcServer"] = "1";
        }

        _process = Process.Start(start)!;
        _errors = _process.StandardError.ReadToEndAsync();
    }

    internal Contender Contender { get; }

    /// <summary>Processor time of the process so far; the most there is once it has ended.</summary>
    internal TimeSpan CpuTime
    {
        get
        {
            _process.Refresh();
            return _process.HasExited ? TimeSpan.MaxValue : _process.TotalProcessorTime;
        }
    }

    /// <summary>Lets the contender take a turn, in its own time or the most there is. One that is late or dies answers a failure, now and ever after.</summary>
    internal async Task<Measurement> TakeAsync(Turn turn, TimeSpan most)
    {
        if (_over)
        {
            return new Measurement { Failure = "its process has ended" };
        }

        var deadline = TimeSpan.FromSeconds(Math.Min(turn.DeadlineSeconds, most.TotalSeconds));
        try
        {
            StopSignal.Resume(_process);
            await _process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(turn));
            await _process.StandardInput.FlushAsync();
            string? line = await _process.StandardOutput.ReadLineAsync().WaitAsync(deadline);
            if (line is null)
            {
                return await EndAsync($"its process died: {Tail(await _errors.WaitAsync(s_quitTime))}");
            }

            StopSignal.Pause(_process);
            return JsonSerializer.Deserialize<Measurement>(line)!;
        }
        catch (TimeoutException)
        {
            return await EndAsync($"no answer within {deadline.TotalSeconds:0} s");
        }
        catch (IOException)
        {
            return await EndAsync("its process died");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_over)
        {
            StopSignal.Resume(_process);
            _process.StandardInput.Close();
            using var late = new CancellationTokenSource(s_quitTime);
            try
            {
                await _process.WaitForExitAsync(late.Token);
            }
            catch (OperationCanceledException)
            {
                await EndAsync("");
            }
        }

        _process.Dispose();
    }

    private async Task<Measurement> EndAsync(string failure)
    {
        _over = true;
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync().WaitAsync(s_quitTime);
        return new Measurement { Failure = failure };
    }

    private static string Tail(string errors) => errors.Length == 0 ? "it said nothing" : errors[..Math.Min(300, errors.Length)].ReplaceLineEndings(" ");
}
