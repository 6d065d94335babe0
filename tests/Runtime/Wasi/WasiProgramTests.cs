using WasmActors.Guests;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Wasi;

namespace WasmActors.Runtime.Tests.Wasi;

/// <summary>Arguments, environment, exit statuses and what bounds a WASI program.</summary>
public sealed class WasiProgramTests(WasiGuests guests) : IClassFixture<WasiGuests>
{
    [SkippableFact]
    public async Task A_program_gets_its_arguments_and_environment_in_order_and_unchanged()
    {
        string[] args = ["args", "", "two words", "größe 中文 🎈", "--flag=\"x\"", new string('a', 100_000)];
        var options = new WasiOptions { Args = args, Environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["GREETING"] = "hello=wörld\n", ["EMPTY"] = "" } };
        var (status, written, _) = guests.Run(await guests.FileAsync("args.c"), options);
        string expected = $"argc={args.Length}\n{string.Concat(args.Select(static (arg, i) => $"argv[{i}]={arg}\n"))}GREETING=hello=wörld\n\n";
        Assert.Equal((0, expected), (status, written));
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Nothing_is_inherited_unless_it_is_said(bool withOptions)
    {
        var module = await guests.SourceAsync("""
            #include <stdio.h>
            #include <unistd.h>
            extern char **environ;
            int main(int argc, char **argv) {
                char byte;
                if (argc != 0) return 1;
                if (environ && environ[0]) return 2;
                if (read(0, &byte, 1) != 0) return 3;
                if (fopen("/etc/passwd", "r")) return 4;
                return 100;
            }
            """);
        using var store = guests.NewStore(withOptions ? new WasiOptions() : null);
        Assert.Equal(100, store.Instantiate(module, WasiGuests.Imports).RunCommand());
    }

    [SkippableTheory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(125)]
    [InlineData(126)]
    [InlineData(255)]
    public async Task An_exit_status_is_answered_as_it_is(int status)
    {
        var options = new WasiOptions { Args = ["exit", $"{status}"] };
        var module = await guests.FileAsync("exit.c");
        Assert.Equal(status, guests.Run(module, options).Status);

        using var store = guests.NewStore(options);
        var start = store.Instantiate(module, WasiGuests.Imports).GetFunc("_start");
        var exit = Assert.Throws<WasiExit>(() => start.Call());
        Assert.Equal((status, ErrorCode.WasiExit), (exit.Status, exit.Code));
    }

    [SkippableFact]
    public async Task A_program_that_returns_from_main_has_succeeded()
    {
        Assert.Equal((0, "Hello from WebAssembly\n", ""), guests.Run(await guests.FileAsync("hello.c")));
    }

    [SkippableFact]
    public async Task The_value_that_main_returns_is_the_status()
    {
        Assert.Equal(7, guests.Run(await guests.SourceAsync("int main(void) { return 7; }")).Status);
    }

    [SkippableFact]
    public async Task A_program_that_traps_throws_the_trap_and_not_a_status()
    {
        var module = await guests.SourceAsync("int main(void) { __builtin_trap(); }");
        Assert.Equal(TrapCode.Unreachable, Assert.Throws<Trap>(() => guests.Run(module)).TrapCode);
    }

    [SkippableFact]
    public async Task A_program_that_never_ends_is_stopped_at_its_deadline()
    {
        using var store = guests.NewStore(null, TimeSpan.FromMilliseconds(100));
        var instance = store.Instantiate(await guests.FileAsync("spin.c"), WasiGuests.Imports);
        var trap = Assert.Throws<Trap>(() => instance.RunCommand());
        Assert.Equal((TrapCode.Interrupt, ErrorCode.DeadlineExceeded), (trap.TrapCode, trap.Code));
    }

    [Fact]
    public void A_module_without_start_function_is_no_command()
    {
        using var store = guests.NewStore(null);
        var instance = store.Instantiate(WasmModule.FromText(guests.Engine, "(module)"), WasiGuests.Imports);
        Assert.Equal(ErrorCode.ExportNotFound, Assert.Throws<WasmError>(() => instance.RunCommand()).Code);
    }

    [SkippableFact]
    public async Task The_exports_of_a_reactor_work_once_it_has_been_initialized()
    {
        using var store = guests.NewStore(null);
        var instance = store.Instantiate(await guests.FileAsync("reactor.c", GuestKind.Reactor), WasiGuests.Imports);
        Assert.Equal(0, instance.GetFunc("constructed").Call<int>());
        instance.GetFunc("_initialize").Call();
        Assert.Equal(1, instance.GetFunc("constructed").Call<int>());
        Assert.Equal(8, instance.GetFunc("add").Call<int, int, int>(5, 3));

        int text = instance.GetFunc("alloc").Call<int, int>(9);
        instance.GetMemory().WriteString((uint)text, "wasm 2 Go");
        Assert.Equal(5, instance.GetFunc("upper").Call<int, int, int>(text, 9));
        Assert.Equal("WASM 2 GO", instance.GetMemory().ReadString((uint)text, 9));
        instance.GetFunc("release").Call(text);
    }

    [SkippableFact]
    public async Task Many_programs_at_once_keep_their_own_arguments_and_output()
    {
        var module = await guests.FileAsync("args.c");
        var runs = Enumerable.Range(0, 200).Select(i => Task.Run(() => guests.Run(module, new WasiOptions { Args = [$"{i}"] }).Out)).ToArray();
        var outputs = await Task.WhenAll(runs);
        Assert.Equal([.. Enumerable.Range(0, 200).Select(static i => $"argc=1\nargv[0]={i}\nGREETING=(unset)\n")], outputs);
    }
}
