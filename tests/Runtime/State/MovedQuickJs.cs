using System.Text;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Modules.Binary;
using WasmActors.Runtime.State;
using WasmActors.Runtime.Stores;

namespace WasmActors.Runtime.Tests.State;

/// <summary>QuickJS (see tests/Guests/README.md) around an instance that may be another for each script.</summary>
internal sealed class MovedQuickJs
{
    /// <summary>What the scripts work on.</summary>
    public const string Setup = """
        var n = 0, log = [], cart = new Map();
        function inc(by) { n += by; log.push(n); if (log.length > 50) log.shift(); return n }
        function* gen() { let i = 0; while (true) yield i++ }
        var g = gen();
        var counters = [1, 2, 3].map(step => { let sum = 0; return () => sum += step });
        class A { #x = 1; bump() { return ++this.#x } }
        var a = new A();
        'ok'
        """;

    private const int FirstPages = 256;
    private const int MostPages = 32768;

    private readonly DurableGuest _guest;
    private readonly int _runtime;
    private readonly int _context;

    private MovedQuickJs(DurableGuest guest, int runtime, int context)
    {
        _guest = guest;
        _runtime = runtime;
        _context = context;
    }

    /// <summary>Scripts that use and change what earlier ones left.</summary>
    public static string[] Scripts { get; } =
    [
        "inc(3)", "cart.set('apple', {price: 1.25, count: n}); cart.size", "g.next().value", "counters.map(c => c()).join()",
        "[...cart].map(([k, v]) => k + v.price * v.count).join()", "a.bump()", "JSON.stringify({n, log, c: [...cart.keys()]})",
        "for (let i = 0; i < 50; i++) cart.set('k' + (n + i) % 300, {price: i, count: 1}); cart.size", "try { null.x } catch (e) { e.message }",
        "'abc'.repeat(3).replace(/b/g, x => x + n)", "undefinedName", "cart.delete('k' + n % 300)", "String(BigInt(n) ** 9n)",
        "a.bump() + g.next().value", "log.map(x => x * 2).filter(x => x % 3).length",
    ];

    /// <summary>What it imports beside its memory. None of it keeps anything.</summary>
    public static ImportSet Imports { get; } = new ImportSet()
        .Define("a", "b", (int _, int _, int _, int _) => { Abort("assertion failed"); })
        .Define("a", "c", (int _, int _, int _, int _) => Abort("writes"))
        .Define("a", "d", (int _) => 52)
        .Define("a", "e", (int _, int _) => 0)
        .Define("a", "f", (WasmCaller caller, int count, int size) => Zero(caller, count) + Zero(caller, size))
        .Define("a", "g", (int _, int _, int _, int _) => 0)
        .Define("a", "h", (int _, int _, int _) => 0)
        .Define("a", "i", (int _) => 0)
        .Define("a", "j", (int _, double _) => 0)
        .Define("a", "k", (int _) => 0) // no more memory
        .Define("a", "l", () => { })
        .Define("a", "m", (long _, int _) => { Abort("asks for the time"); })
        .Define("a", "n", (int _, int _, int _, int _) => { Abort("asks for the zone"); })
        .Define("a", "o", (int _, long _, int _, int _) => 70)
        .Define("a", "p", () => 1.7e12)
        .Define("a", "q", () => { Abort("abort"); })
        .Define("a", "r", (int status) => { Abort($"exit {status}"); })
        .Define("a", "s", (int _, int _, int _, int _, int _) => 0)
        .Define("a", "t", (int _, int _) => { });

    /// <summary>The script of a call; the first sets up what the others use.</summary>
    public static string ScriptOf(int call) => call == 0 ? Setup : Scripts[call % Scripts.Length];

    /// <summary>Reads the module. The memory that it imports becomes one that it defines.</summary>
    public static async Task<byte[]> ReadAsync()
    {
        const string package = "@jitl/quickjs-wasmfile-release-sync";
        string path = await RealModules.RealModules.FileAsync(package, "0.32.0", "dist/emscripten-module.wasm");
        return WithOwnMemory(await File.ReadAllBytesAsync(path));
    }

    private static byte[] WithOwnMemory(byte[] wasm)
    {
        var output = new ByteWriter(wasm.Length);
        output.Bytes(wasm.AsSpan(0, 8));
        foreach (var section in Sections(wasm))
        {
            byte[] contents = wasm[section.Offset..(section.Offset + section.Length)];
            if (section.Id == ModuleSection.Import)
            {
                contents = WithoutMemory(contents);
            }

            Append(output, section.Id, contents);
            if (section.Id == ModuleSection.Table)
            {
                var memory = new ByteWriter();
                memory.Bytes([1, 1]); // one, with a maximum
                memory.Number(FirstPages);
                memory.Number(MostPages);
                Append(output, ModuleSection.Memory, memory.Written);
            }
        }

        return output.ToArray();
    }

    /// <summary>Starts the interpreter.</summary>
    public static MovedQuickJs Start(DurableGuest guest)
    {
        guest.Call("u");
        int runtime = guest.I32("K");
        return new MovedQuickJs(guest, runtime, guest.I32("N", runtime, 0));
    }

    /// <summary>The same interpreter in another instance, to which its state was moved.</summary>
    public MovedQuickJs On(DurableGuest guest) => new(guest, _runtime, _context);

    /// <summary>Evaluates a script; a thrown error reads <c>threw Error: message</c>.</summary>
    public string Evaluate(string script)
    {
        int code = Put(script);
        int file = Put("eval.js");
        int result = _guest.I32("pa", _context, code, Encoding.UTF8.GetByteCount(script), file, 0, 0);
        _guest.Call("M", code);
        _guest.Call("M", file);
        int error = _guest.I32("na", _context, result);
        string answer = error == 0 ? Text(result) : "threw " + Text(error);
        if (error != 0)
        {
            _guest.Call("P", _context, error);
        }

        _guest.Call("P", _context, result);
        return answer;
    }

    private static List<ModuleSection> Sections(byte[] wasm)
    {
        var sections = new List<ModuleSection>();
        var cursor = new WasmCursor(wasm, 0, "module");
        cursor.ReadBytes(8);
        while (cursor.Remaining > 0)
        {
            byte id = cursor.ReadByte();
            var section = cursor.ReadPart(cursor.ReadU32(), "section");
            sections.Add(new ModuleSection(id, section.Offset, section.Remaining));
        }

        return sections;
    }

    private static byte[] WithoutMemory(byte[] imports)
    {
        byte[] memory = [1, (byte)'a', 1, (byte)'a', 2, 1, 0x80, 0x02, 0x80, 0x80, 0x02]; // "a" "a", a memory of 256 to 32768 pages
        int at = imports.AsSpan().IndexOf(memory);
        Assert.True(at > 0);
        return [(byte)(imports[0] - 1), .. imports[1..at], .. imports[(at + memory.Length)..]];
    }

    private static void Append(ByteWriter output, byte id, ReadOnlySpan<byte> contents)
    {
        output.Byte(id);
        output.Number((ulong)contents.Length);
        output.Bytes(contents);
    }

    private static int Abort(string why) => throw new Trap(why);

    private static int Zero(WasmCaller caller, int address)
    {
        caller.GetMemory("$wa.m0").Write((uint)address, 0);
        return 0;
    }

    private WasmMemory Memory() => _guest.Instance.GetMemory("$wa.m0");

    private string Text(int value)
    {
        int characters = _guest.I32("$", _context, value);
        var memory = Memory();
        int length = 0;
        while (memory.Read<byte>((uint)characters + length) != 0)
        {
            length++;
        }

        string text = memory.ReadString((uint)characters, length);
        _guest.Call("S", _context, characters);
        return text;
    }

    private int Put(string text)
    {
        byte[] bytes = [.. Encoding.UTF8.GetBytes(text), 0];
        int address = _guest.I32("v", bytes.Length);
        Memory().Write((uint)address, bytes);
        return address;
    }
}
