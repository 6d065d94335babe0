using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Stores;

namespace WasmActors.Runtime.Tests.RealModules;

/// <summary>What QuickJS imports from its module <c>a</c>: Emscripten's runtime, and what the interpreter asks its embedder.</summary>
internal sealed class QuickJsImports
{
    private readonly WasmMemory _memory;
    private int _interrupts;

    public QuickJsImports(QuickJs owner, WasmMemory memory)
    {
        _memory = memory;
        Set = new ImportSet()
            .Define("a", "a", memory)
            .Define("a", "b", (int condition, int _, int _, int _) => Abort($"assertion failed: {owner.ReadText(condition)}"))
            .Define("a", "c", (int _, int vectors, int count, int written) => Write(vectors, count, written))
            .Define("a", "d", (int _) => 52)
            .Define("a", "e", (int _, int _) => 0)
            .Define("a", "f", (int count, int size) => Zero(count) + Zero(size))
            .Define("a", "g", (int _, int _, int _, int _) => 0)
            .Define("a", "h", (int _, int _, int _) => 0)
            .Define("a", "i", (int _) => ++_interrupts > owner.MaxInterrupts ? 1 : 0)
            .Define("a", "j", (int _, double _) => 0)
            .Define("a", "k", (int bytes) => Grow((uint)bytes))
            .Define("a", "l", () => { })
            .Define("a", "m", (long seconds, int time) => LocalTime(seconds, time))
            .Define("a", "n", (int zone, int summer, int name, int summerName) => TimeZone(zone, summer, name, summerName))
            .Define("a", "o", (int _, long _, int _, int _) => 70)
            .Define("a", "p", () => (double)TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds())
            .Define("a", "q", () => Abort("abort"))
            .Define("a", "r", (int status) => Abort($"exit {status}"))
            .Define("a", "s", (int context, int _, int count, int arguments, int _) => owner.CallHost(context, count, arguments))
            .Define("a", "t", (int _, int _) => { });
    }

    public ImportSet Set { get; }

    private static void Abort(string why) => throw new Trap(why);

    private int Zero(int address)
    {
        _memory.Write((uint)address, 0);
        return 0;
    }

    private int Write(int vectors, int count, int written)
    {
        int total = 0;
        for (int i = 0; i < count; i++)
        {
            total += _memory.Read<int>((uint)vectors + (8 * i) + 4);
        }

        _memory.Write((uint)written, total);
        return 0;
    }

    private int Grow(uint bytes)
    {
        try
        {
            long pages = ((bytes + 65535L) / 65536) - _memory.Pages;
            _memory.Grow(Math.Max(0, pages));
            return 1;
        }
        catch (WasmError)
        {
            return 0;
        }
    }

    private void LocalTime(long seconds, int time)
    {
        var t = DateTime.UnixEpoch.AddSeconds(seconds);
        int[] fields = [t.Second, t.Minute, t.Hour, t.Day, t.Month - 1, t.Year - 1900, (int)t.DayOfWeek, t.DayOfYear - 1, 0, 0];
        for (int i = 0; i < fields.Length; i++)
        {
            _memory.Write((uint)time + (4 * i), fields[i]);
        }
    }

    private void TimeZone(int zone, int summer, int name, int summerName)
    {
        Zero(zone);
        Zero(summer);
        _memory.Write((uint)name, "UTC\0"u8);
        _memory.Write((uint)summerName, "UTC\0"u8);
    }
}
