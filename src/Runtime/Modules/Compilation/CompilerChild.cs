using System.ComponentModel;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Limits;

namespace WasmActors.Runtime.Modules.Compilation;

/// <summary>
/// A process that compiles one module. It is started ahead of its module, and never outlives this object. For one thread at a time.
/// </summary>
internal sealed class CompilerChild : IDisposable
{
    private static readonly TimeSpan s_startTime = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_endTime = TimeSpan.FromSeconds(5);

    private readonly Process _process;
    private readonly EngineSettings _settings;
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(CompilerProtocol.KeyBytes);

    private CompilerChild(Process process, EngineSettings settings)
    {
        _process = process;
        _settings = settings;
    }

    /// <summary>Whether it ended before its time.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>Starts the process and does not wait for it.</summary>
    /// <exception cref="WasmError"><c>compiler.unavailable</c></exception>
    public static CompilerChild Start(CompilerProgram program, EngineSettings settings)
    {
        try
        {
            var child = new CompilerChild(Process.Start(program.StartInfo())!, settings);
            Try(() => CompilerProtocol.WriteGreeting(child._process.StandardInput.BaseStream, child._key, settings));
            return child;
        }
        catch (Exception failure) when (failure is Win32Exception or IOException or InvalidOperationException)
        {
            throw new WasmError(
                ErrorCode.CompilerUnavailable,
                $"The compiler process could not be started: {program.FileName}: {failure.Message}. See that it can be run, and that the system allows more processes.",
                failure);
        }
    }

    /// <summary>Compiles a module: once, then the process is to be disposed.</summary>
    /// <param name="wasm">The module in binary form.</param>
    /// <param name="digest">Its SHA-256.</param>
    /// <param name="limits">What it may use.</param>
    /// <param name="cancellation">Ends the process.</param>
    /// <returns>The compiled form, authenticated.</returns>
    /// <exception cref="WasmError"><c>module.invalid</c>, <c>module.too_expensive</c>, <c>compiler.unavailable</c>, <c>compiler.bad_answer</c></exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public byte[] Compile(byte[] wasm, byte[] digest, CompileLimits limits, CancellationToken cancellation)
    {
        using var cancelled = cancellation.UnsafeRegister(static child => ((CompilerChild)child!).Kill(), this);
        AwaitReady(cancellation);
        using var time = new CancellationTokenSource(limits.WallTime);
        using var late = time.Token.UnsafeRegister(static child => ((CompilerChild)child!).Kill(), this);
        Try(() => SendRequest(wasm, limits));
        try
        {
            return ReadAnswer(digest, limits);
        }
        catch (Exception ended) when (ended is EndOfStreamException or IOException)
        {
            cancellation.ThrowIfCancellationRequested();
            throw time.IsCancellationRequested
                ? TooExpensive($"it was not compiled within {Text(limits.WallTime)} (CompileLimits.WallTime)")
                : WhyItEnded(limits);
        }
    }

    /// <summary>Ends the process and waits for its end.</summary>
    public void Dispose()
    {
        Kill();
        _process.WaitForExit(s_endTime);
        _process.Dispose();
    }

    private static WasmError TooExpensive(string what) => new(
        ErrorCode.ModuleTooExpensive,
        $"The module is too expensive to compile: {what}. Make it smaller, above all its largest functions, or raise the limit.");

    private static WasmError BadAnswer(string what) => new(
        ErrorCode.CompilerBadAnswer,
        $"The compiler process answered something that cannot be trusted ({what}); none of it was used. See that {CompilerProgram.AssemblyName} is the one that belongs to this WasmActors.Runtime.dll.");

    // A process that has ended breaks its pipes; why it ended is looked for afterwards.
    private static void Try(Action talk)
    {
        try
        {
            talk();
        }
        catch (IOException)
        {
            // Whoever reads next finds the end.
        }
    }

    private static string Text(TimeSpan time) => time.TotalSeconds >= 1 ? $"{time.TotalSeconds:0.#} s" : $"{time.TotalMilliseconds:0} ms";

    private void AwaitReady(CancellationToken cancellation)
    {
        using var time = new CancellationTokenSource(s_startTime);
        using var late = time.Token.UnsafeRegister(static child => ((CompilerChild)child!).Kill(), this);
        byte[] ready = new byte[CompilerProtocol.Ready.Length];
        int read = 0;
        Try(() => read = _process.StandardOutput.BaseStream.ReadAtLeast(ready, ready.Length, throwOnEndOfStream: false));
        if (ready.AsSpan().SequenceEqual(CompilerProtocol.Ready))
        {
            return;
        }

        cancellation.ThrowIfCancellationRequested();
        if (read == ready.Length)
        {
            throw BadAnswer("it did not begin as a compiler does");
        }

        string why = time.IsCancellationRequested
            ? $"it was not ready within {Text(s_startTime)}"
            : $"it ended with status {ExitCode()} before it took a module{Words()}";
        throw new WasmError(ErrorCode.CompilerUnavailable, $"The compiler process did not start: {why}. Run it by hand to see why: {_process.StartInfo.FileName} {string.Join(' ', _process.StartInfo.ArgumentList)}");
    }

    private void SendRequest(byte[] wasm, CompileLimits limits)
    {
        using var writer = new BinaryWriter(_process.StandardInput.BaseStream, Encoding.UTF8);
        writer.Write((long)Math.Ceiling(limits.CpuTime.TotalSeconds));
        writer.Write(limits.MemoryBytes);
        writer.Write(wasm.Length);
        writer.Write(wasm);
    }

    private byte[] ReadAnswer(byte[] digest, CompileLimits limits)
    {
        using var reader = new BinaryReader(_process.StandardOutput.BaseStream, Encoding.UTF8);
        var kind = (CompilerAnswer)reader.ReadByte();
        long length = reader.ReadInt64();
        long most = kind switch
        {
            CompilerAnswer.Artifact => limits.ArtifactBytes,
            CompilerAnswer.Failure => CompilerProtocol.MaxFailureBytes,
            _ => throw BadAnswer($"0x{(byte)kind:x2} is no kind of answer"),
        };
        if (length < 0 || (length > most && kind != CompilerAnswer.Artifact))
        {
            throw BadAnswer($"a length of {length} bytes");
        }

        if (length > most)
        {
            throw TooExpensive($"its compiled form has {length:N0} bytes; allowed are {most:N0} (CompileLimits.ArtifactBytes)");
        }

        byte[] bytes = new byte[length];
        reader.BaseStream.ReadExactly(bytes);
        byte[] code = new byte[CompilerProtocol.CodeBytes];
        reader.BaseStream.ReadExactly(code);
        if (!CryptographicOperations.FixedTimeEquals(code, CompilerProtocol.CodeOf(_key, _settings, digest, kind, bytes)))
        {
            throw BadAnswer("its authentication code is wrong");
        }

        return kind == CompilerAnswer.Artifact ? bytes : throw FailureOf(Encoding.UTF8.GetString(bytes));
    }

    private static WasmError FailureOf(string text)
    {
        string[] parts = text.Split('\n', 2);
        string code = parts[0] == ErrorCode.ModuleInvalid ? ErrorCode.ModuleInvalid : ErrorCode.EngineError;
        return new WasmError(code, GuestText.Clean(parts[^1], GuestText.MessageLimit));
    }

    private WasmError WhyItEnded(CompileLimits limits)
    {
        const int SigAbort = 128 + 6;
        const int SigKill = 128 + 9;
        const int SigCpu = 128 + 24;
        int exitCode = ExitCode();
        string words = Words();
        bool wantsMemory = exitCode == CompilerProtocol.OutOfMemory
            || (exitCode == SigAbort && (words.Contains("memory allocation", StringComparison.Ordinal) || words.Contains("ut of memory", StringComparison.Ordinal) || words.Contains("OutOfMemory", StringComparison.Ordinal)));
        return TooExpensive(exitCode switch
        {
            SigCpu => $"it took more than {Text(limits.CpuTime)} of processor time (CompileLimits.CpuTime)",
            SigKill => "the system ended the compiler, most likely because the machine has no memory left",
            _ when wantsMemory => $"it took more than {limits.MemoryBytes:N0} bytes of memory (CompileLimits.MemoryBytes)",
            _ => $"the compiler crashed with status {exitCode}{words}",
        });
    }

    private int ExitCode()
    {
        if (!_process.WaitForExit(s_endTime))
        {
            Kill();
            _process.WaitForExit(s_endTime);
        }

        return _process.HasExited ? _process.ExitCode : -1;
    }

    // What it said on standard error: the first of it, on one line. Read after its end, so it cannot keep anybody waiting.
    private string Words()
    {
        byte[] first = new byte[4096];
        int length = 0;
        Try(() => length = _process.StandardError.BaseStream.ReadAtLeast(first, first.Length, throwOnEndOfStream: false));
        string text = Encoding.UTF8.GetString(first, 0, length).Trim();
        return text.Length == 0 ? "" : ": " + GuestText.Clean(text, GuestText.NameLimit);
    }

    private void Kill()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (Exception gone) when (gone is InvalidOperationException or Win32Exception or AggregateException)
        {
            // It has ended, which is all that is wanted.
        }
    }
}
