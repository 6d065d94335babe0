using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Limits;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Modules.Cache;
using WasmActors.Runtime.Modules.Compilation;

namespace WasmActors.Runtime.Tests.Modules.Compilation;

/// <summary>Compilers that are not there, or are not what they should be: each is a failure that says what to do, and nothing of theirs is loaded.</summary>
[Collection(nameof(CompilerProcesses))]
public sealed class BrokenCompilerTests : IDisposable
{
    private const string Ready = "printf 'wasmactors-compile 1\\n'; ";

    private readonly WasmEngine _engine = new();

    public void Dispose() => _engine.Dispose();

    [Fact]
    public async Task A_compiler_that_is_missing_is_unavailable() =>
        await Expect(new CompilerProgram("/nowhere/dotnet", []), ErrorCode.CompilerUnavailable, "could not be started: /nowhere/dotnet");

    [SkippableTheory]
    [InlineData("exit 3", "compiler.unavailable", "ended with status 3 before it took a module")]
    [InlineData("echo no room >&2; exit 1", "compiler.unavailable", "before it took a module: no room")]
    [InlineData("kill -SEGV $$", "compiler.unavailable", "ended with status 139 before")]
    [InlineData("exec head -c 10000 /dev/zero", "compiler.bad_answer", "did not begin as a compiler does")]
    [InlineData("echo short", "compiler.unavailable", "ended with status 0 before")]
    [InlineData(Ready + "exec head -c 10000 /dev/zero", "compiler.bad_answer", "0x00 is no kind of answer")]
    [InlineData(Ready + "printf '\\001\\377\\377\\377\\377\\377\\377\\377\\377'", "compiler.bad_answer", "a length of -1 bytes")]
    [InlineData(Ready + "printf '\\002\\377\\377\\377\\077\\000\\000\\000\\000'", "compiler.bad_answer", "a length of 1073741823 bytes")]
    [InlineData(Ready + "printf '\\001\\377\\377\\377\\077\\000\\000\\000\\000'; exec cat /dev/zero", "module.too_expensive", "has 1,073,741,823 bytes; allowed are 134,217,728")]
    [InlineData(Ready + "printf '\\001\\010\\000\\000\\000\\000\\000\\000\\000'; exec cat /dev/zero", "compiler.bad_answer", "its authentication code is wrong")]
    [InlineData(Ready + "printf '\\002\\010\\000\\000\\000\\000\\000\\000\\000'; exec cat /dev/zero", "compiler.bad_answer", "its authentication code is wrong")]
    [InlineData(Ready + "printf '\\001\\010\\000'", "module.too_expensive", "crashed with status 0")]
    [InlineData(Ready + "kill -SEGV $$", "module.too_expensive", "crashed with status 139")]
    [InlineData(Ready + "kill -XCPU $$", "module.too_expensive", "CompileLimits.CpuTime")]
    [InlineData(Ready + "kill -KILL $$", "module.too_expensive", "the machine has no memory left")]
    [InlineData(Ready + "exit 71", "module.too_expensive", "CompileLimits.MemoryBytes")]
    [InlineData(Ready + "exec sleep 1000", "module.too_expensive", "within 300 ms (CompileLimits.WallTime)")]
    public async Task A_compiler_that_misbehaves_is_a_failure(string script, string code, string words)
    {
        Skip.If(OperatingSystem.IsWindows(), "the compilers are shell scripts");
        await Expect(new CompilerProgram("/bin/sh", ["-c", script]), code, words);
    }

    [SkippableFact]
    public async Task An_answer_that_was_changed_on_its_way_is_not_loaded()
    {
        Skip.If(OperatingSystem.IsWindows(), "the compiler is a shell script");

        // Passes on what comes before the artifact, and changes a letter from there on.
        await Expect(Behind("{ head -c 21; head -c 9; tr L M; }"), ErrorCode.CompilerBadAnswer, "its authentication code is wrong");
        using var cache = NewCache(Behind("{ head -c 21; head -c 9; tr L L; }"));
        Assert.Equal(5, ModuleCacheTests.Answer(await cache.GetAsync(ModuleCacheTests.Answering(5))));
    }

    [SkippableFact]
    public async Task An_answer_of_another_time_is_not_loaded()
    {
        Skip.If(OperatingSystem.IsWindows(), "the compiler is a shell script");
        using var folder = new TemporaryFolder().Make();
        using (var cache = NewCache(Behind($"tee {folder.In("answer")}")))
        {
            await cache.GetAsync(ModuleCacheTests.Answering(5));
        }

        await Expect(new CompilerProgram("/bin/sh", ["-c", $"cat {folder.In("answer")}"]), ErrorCode.CompilerBadAnswer, "its authentication code is wrong");
    }

    [Fact]
    public void The_compiler_is_found_beside_the_library()
    {
        var program = CompilerProgram.Find();
        Assert.All(program.Arguments.Skip(1), static file => Assert.True(File.Exists(file), file));
        Assert.True(File.Exists(program.FileName), program.FileName);
        Assert.Equal(Path.Combine(AppContext.BaseDirectory, "wasmactors-compile.dll"), program.Arguments[1]);
    }

    [Fact]
    public void The_compiler_gets_nothing_of_the_environment_but_what_it_needs_to_start()
    {
        Environment.SetEnvironmentVariable("WASMACTORS_TEST_SECRET", "secret");
        var environment = CompilerProgram.Find().StartInfo().Environment;
        Assert.False(environment.ContainsKey("WASMACTORS_TEST_SECRET"));
        Assert.False(environment.ContainsKey("PATH"));
    }

    private static CompilerProgram Behind(string filter)
    {
        var program = CompilerProgram.Find();
        return new CompilerProgram("/bin/sh", ["-c", $"PATH=/bin:/usr/bin; \"$0\" \"$@\" | {filter}", program.FileName, .. program.Arguments]);
    }

    private ModuleCache NewCache(CompilerProgram program) => new(
        _engine,
        new ModuleCacheOptions
        {
            OnDisk = false,
            Isolation = CompileIsolation.ChildProcess,
            CompileLimits = new CompileLimits { KeepReady = TimeSpan.Zero, WallTime = program.Arguments is [_, var script] && script.Contains("sleep", StringComparison.Ordinal) ? TimeSpan.FromMilliseconds(300) : TimeSpan.FromSeconds(60) },
        },
        program);

    private async Task Expect(CompilerProgram program, string code, string words)
    {
        using var cache = NewCache(program);
        var error = await Assert.ThrowsAsync<WasmError>(() => cache.GetAsync(ModuleCacheTests.Answering(5)));
        Assert.Equal(code, error.Code);
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
    }
}
