using System.Text;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Tests.RealModules;

/// <summary>
/// QuickJS as Emscripten makes it, all names minified (see tests/Guests/README.md). Scripts may call <c>host(...)</c>, which
/// joins its arguments with a dash in C#.
/// </summary>
internal sealed class QuickJs : IDisposable
{
    private readonly WasmInstance _instance;
    private readonly WasmMemory _memory;
    private readonly int _runtime;
    private readonly int _context;

    public QuickJs(WasmStore store, WasmModule module)
    {
        // Exactly as it is imported: 16 MiB, at most 2 GiB.
        _memory = WasmMemory.Create(store, new MemoryType(256, 32768));
        _instance = store.Instantiate(module, new QuickJsImports(this, _memory).Set);
        Do("u");
        _runtime = Call("K");
        _context = Call("N", _runtime, 0);
        Do("Fa", _runtime);
        DefineHost();
    }

    /// <summary>How often the interpreter asks whether it is to go on, before it is stopped.</summary>
    public int MaxInterrupts { get; init; } = 100;

    /// <summary>Evaluates a script; a thrown error reads <c>threw Error: message</c>.</summary>
    public string Evaluate(string script)
    {
        int code = Put(script);
        int file = Put("eval.js");
        int result = Call("pa", _context, code, Encoding.UTF8.GetByteCount(script), file, 0, 0);
        Free(code);
        Free(file);
        int error = Call("na", _context, result);
        string answer = error == 0 ? Text(result) : "threw " + Text(error);
        if (error != 0)
        {
            Release(error);
        }

        Release(result);
        return answer;
    }

    /// <summary>Frees what QuickJS holds; it asserts that no value leaked.</summary>
    public void Dispose()
    {
        Do("O", _context);
        Do("L", _runtime);
    }

    /// <summary>A script calls the host's function: the answer is a new value.</summary>
    internal int CallHost(int context, int count, int arguments)
    {
        var parts = Enumerable.Range(0, count).Select(i => Text(Call("Ea", arguments, i))).ToArray();
        int text = Put(string.Join('-', parts));
        int value = Call("_", context, text);
        Free(text);
        return value;
    }

    internal string ReadText(int address)
    {
        int length = 0;
        while (_memory.Read<byte>((uint)address + length) != 0)
        {
            length++;
        }

        return _memory.ReadString((uint)address, length);
    }

    private void DefineHost()
    {
        int name = Put("host");
        int function = Call("Da", _context, name, 0, 0, 1);
        int key = Call("_", _context, name);
        int global = Call("ua", _context);
        Do("ja", _context, global, key, function);
        Array.ForEach([function, key, global], Release);
        Free(name);
    }

    private string Text(int value)
    {
        int characters = Call("$", _context, value);
        string text = ReadText(characters);
        Do("S", _context, characters);
        return text;
    }

    private int Put(string text)
    {
        byte[] bytes = [.. Encoding.UTF8.GetBytes(text), 0];
        int address = Call("v", bytes.Length);
        _memory.Write((uint)address, bytes);
        return address;
    }

    private void Free(int address) => Do("M", address);

    private void Release(int value) => Do("P", _context, value);

    private int Call(string name, params object?[] arguments) => _instance.GetFunc(name).Call(arguments).Value.AsI32();

    private void Do(string name, params object?[] arguments) => _instance.GetFunc(name).Call(arguments);
}
