using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Limits;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Stores;

namespace WasmActors.Runtime.Tests.RealModules;

/// <summary>Programs of Emscripten whose calls go from the guest through the host to the guest, by default settings.</summary>
public sealed class NestedProgramTests(RealModules modules) : IClassFixture<RealModules>
{
    [SkippableTheory]
    [InlineData(ExecutionMode.Direct)]
    [InlineData(ExecutionMode.Preemptive)]
    public async Task Lua_nests_150_protected_calls(ExecutionMode mode)
    {
        const int depth = 150;
        using var engine = new WasmEngine();
        using var store = NewStore(mode, engine);
        using var module = WasmModule.FromFile(engine, await RealModules.LuaFileAsync());
        var lua = new Lua(new EmscriptenProgram(store, module, "stackSave", "stackRestore"));
        const string Nest = """
            local function nest(n)
              if n == 0 then if fails then error("deep", 0) end return 0 end
              local ok, result = pcall(nest, n - 1)
              if not ok then error(result, 0) end
              return result + 1
            end
            """;

        Assert.Equal($"{depth}", lua.Run($"{Nest} return nest({depth})"));
        Assert.InRange(lua.Deepest, depth, 190);
        Assert.Equal("false deep", lua.Run($"fails = true {Nest} local ok, e = pcall(nest, {depth - 1}) return tostring(ok) .. ' ' .. e"));
        Assert.Equal("7", lua.Run("return 3 + 4"));
    }

    [SkippableTheory]
    [InlineData(ExecutionMode.Direct)]
    [InlineData(ExecutionMode.Preemptive)]
    public async Task MicroPython_nests_90_tries(ExecutionMode mode)
    {
        using var store = NewStore(mode);
        var python = new EmscriptenProgram(store, await modules.MicroPythonAsync(), "emscripten_stack_get_current", "_emscripten_stack_restore", static imports => imports
            .Define("env", "mp_js_ticks_ms", static () => 0)
            .Define("env", "mp_js_random_u32", static () => 4));
        python.Call("mp_js_init", 64 * 1024, 1 << 20);
        python.Call("proxy_c_init");
        const string Nest = """
            def nest(n):
                try:
                    if n == 0:
                        raise ValueError("deep")
                    return nest(n - 1)
                finally:
                    pass
            try:
                nest(90)
            except ValueError as e:
                print("caught", e)

            """;

        python.Call("mp_js_do_exec", python.Put(Nest), Nest.Length, python.Call("malloc", 12));

        Assert.Equal("caught deep", python.Output.Trim());
        Assert.True(python.Deepest >= 90, $"{python.Deepest}");
    }

    private WasmStore NewStore(ExecutionMode mode, WasmEngine? engine = null) =>
        new(engine ?? modules.Engine, new StoreOptions { Mode = mode, Limits = new StoreLimits { Deadline = TimeSpan.FromSeconds(60) } });

    private sealed class Lua
    {
        private readonly EmscriptenProgram _program;
        private readonly int _state;

        internal Lua(EmscriptenProgram program)
        {
            _program = program;
            _state = program.Call("luaL_newstate");
            program.Call("luaL_openlibs", _state);
        }

        internal int Deepest => _program.Deepest;

        internal string Run(string script)
        {
            int text = _program.Put(script);
            Assert.Equal(0, _program.Call("luaL_loadstring", _state, text));
            int status = _program.Call("lua_pcallk", _state, 0, 1, 0, 0, 0);
            int length = _program.Call("malloc", 4);
            int result = _program.Call("lua_tolstring", _state, -1, length);
            var memory = _program.Instance.GetMemory();
            string answer = memory.ReadString((uint)result, memory.Read<int>((uint)length));
            _program.Call("lua_settop", _state, -2);
            Assert.True(status == 0, answer);
            return answer;
        }
    }
}
