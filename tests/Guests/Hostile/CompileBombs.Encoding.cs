namespace WasmActors.Guests.Hostile;

/// <summary>How they are written: quickly, since they are large.</summary>
public static partial class CompileBombs
{
    private static byte[] OneFunction(byte[] type, byte[] code) =>
        Module(Section(1, Vector(1, type)), Section(3, [1, 0]), Section(10, Vector(1, Body(code))));

    private static byte[] Module(params byte[][] sections)
    {
        byte[] module = new byte[8 + sections.Sum(static s => s.Length)];
        "\0asm\u0001\0\0\0"u8.CopyTo(module);
        int at = 8;
        foreach (byte[] section in sections)
        {
            section.CopyTo(module, at);
            at += section.Length;
        }

        return module;
    }

    private static byte[] Section(byte id, byte[] contents)
    {
        var section = new List<byte>(contents.Length + 6) { id };
        Leb(section, contents.Length);
        section.AddRange(contents);
        return [.. section];
    }

    private static byte[] Body(byte[] code)
    {
        var body = new List<byte>(code.Length + 5);
        Leb(body, code.Length);
        body.AddRange(code);
        return [.. body];
    }

    private static byte[] Vector(int count, byte[] item)
    {
        var vector = new List<byte>((count * item.Length) + 5);
        Leb(vector, count);
        for (int i = 0; i < count; i++)
        {
            vector.AddRange(item);
        }

        return [.. vector];
    }

    private static void Leb(List<byte> bytes, int value)
    {
        uint rest = (uint)value;
        for (; rest >= 0x80; rest >>= 7)
        {
            bytes.Add((byte)(rest | 0x80));
        }

        bytes.Add((byte)rest);
    }

    private static void SignedLeb(List<byte> bytes, int value)
    {
        while (value is > 63 or < -64)
        {
            bytes.Add((byte)(value | 0x80));
            value >>= 7;
        }

        bytes.Add((byte)(value & 0x7F));
    }
}
