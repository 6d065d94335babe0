using System.Buffers.Binary;
using System.Text;

namespace WasmActors.Runtime.Tests.RealModules;

/// <summary>The beginning of what Ruby's parser answers, see tests/Guests/README.md.</summary>
/// <param name="Version">The format's version.</param>
/// <param name="FirstError">The first error's message, or empty.</param>
/// <param name="RootNode">Type of the root node: 121 for a program.</param>
/// <param name="Names">The names used, in the order of the pool.</param>
internal sealed record RubySyntax(string Version, string FirstError, int RootNode, IReadOnlyList<string> Names)
{
    public const int ProgramNode = 121;

    public static RubySyntax Read(byte[] data, byte[] source)
    {
        var reader = new Reader(data);
        if (reader.Text(5) != "PRISM")
        {
            throw new InvalidDataException("no PRISM header");
        }

        string version = $"{reader.Byte()}.{reader.Byte()}.{reader.Byte()}";
        reader.Byte();
        reader.Text(reader.Number());
        reader.Number();
        reader.SkipEach(numbers: 1);
        reader.SkipEach(numbers: 3);
        reader.SkipEach(numbers: 4);
        if (reader.Byte() != 0)
        {
            reader.Number();
            reader.Number();
        }

        string error = reader.Diagnostics();
        reader.Diagnostics();
        int pool = BinaryPrimitives.ReadInt32LittleEndian(reader.Bytes(4));
        int count = reader.Number();
        return new RubySyntax(version, error, reader.Byte(), [.. Enumerable.Range(0, count).Select(i => Name(data, source, pool + (8 * i)))]);
    }

    // The top bit says: in the answer, not in the source.
    private static string Name(byte[] data, byte[] source, int entry)
    {
        uint start = BinaryPrimitives.ReadUInt32LittleEndian(data.AsSpan(entry));
        int length = BinaryPrimitives.ReadInt32LittleEndian(data.AsSpan(entry + 4));
        return Encoding.UTF8.GetString(start >> 31 == 0 ? source : data, (int)(start & 0x7fffffff), length);
    }

    private sealed class Reader(byte[] data)
    {
        private int _at;

        public byte Byte() => data[_at++];

        public ReadOnlySpan<byte> Bytes(int count) => data.AsSpan((_at += count) - count, count);

        public string Text(int count) => Encoding.UTF8.GetString(Bytes(count));

        public int Number()
        {
            for (int result = 0, shift = 0; ; shift += 7)
            {
                byte part = Byte();
                result |= (part & 0x7f) << shift;
                if (part < 0x80)
                {
                    return result;
                }
            }
        }

        public void SkipEach(int numbers)
        {
            for (int left = Number() * numbers; left > 0; left--)
            {
                Number();
            }
        }

        public string Diagnostics()
        {
            string first = "";
            for (int count = Number(); count > 0; count--)
            {
                Number();
                string message = Text(Number());
                first = first.Length == 0 ? message : first;
                Number();
                Number();
                Byte();
            }

            return first;
        }
    }
}
