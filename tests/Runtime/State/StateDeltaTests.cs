using System.Buffers.Binary;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.State;

namespace WasmActors.Runtime.Tests.State;

public sealed class StateDeltaTests
{
    private const string Guest = """
        (module
          (memory 1 100) (global $g (mut i32) (i32.const 0)) (global $v (mut v128) (v128.const i64x2 0 0)) (global $d (mut f64) (f64.const 0))
          (global $f (mut funcref) (ref.null func))
          (table $t 4 100 funcref) (data $d "abc") (elem $e func $one)
          (func $one)
          (func (export "set") (i32.store (i32.const 1024) (i32.const 5)) (global.set $g (i32.const 7)))
          (func (export "all") (param i32)
            (memory.fill (i32.const 30) (local.get 0) (i32.const 9000))
            (global.set $g (local.get 0)) (global.set $v (i32x4.splat (local.get 0))) (global.set $d (f64.convert_i32_s (local.get 0)))
            (global.set $f (ref.func $one)) (table.set $t (i32.const 2) (ref.func $one)) (drop (table.grow $t (ref.func $one) (i32.const 3)))
            (drop (memory.grow (i32.const 1))) (data.drop $d) (elem.drop $e)))
        """;

    [Fact]
    public void A_delta_has_the_bytes_that_the_documentation_draws()
    {
        using var guest = DurableGuest.Of(Guest);
        guest.Call("set");
        byte[] delta = guest.State.Capture()!;

        byte[] expected =
        [
            0x57, 0x41, 0x53, 0x44, 0x01, 0x00, 0x00, 0x00, 0x3E, 0x00, 0x00, 0x00, delta[12], delta[13], delta[14], delta[15],
            0x01, 0x00, 0x80, 0x80, 0x04, 0x01, 0x80, 0x08, 0x20,
            0x05, .. new byte[31],
            0x02, 0x01, 0x00, 0x7F, 0x07,
        ];
        Assert.Equal(expected, delta);
        Assert.Equal(ReferenceChecksum([.. delta[..12], .. delta[16..]]), BinaryPrimitives.ReadUInt32LittleEndian(delta.AsSpan(12)));
    }

    [Fact]
    public void Every_kind_of_change_is_decoded()
    {
        using var guest = DurableGuest.Of(Guest);
        guest.Call("all", 3);
        var delta = StateDelta.Decode(guest.State.Capture());

        Assert.False(delta.IsWhole);
        Assert.Equal(2 * 65536, Assert.Single(delta.Memories).Length);
        Assert.Equal([0, 1, 2, 3], delta.Globals.Select(static g => g.Index));
        Assert.Equal([2, 4, 5, 6], Assert.Single(delta.Tables).Elements.Select(static e => (int)e.Index));
        Assert.Equal([0, 1], delta.Drops);
    }

    [Fact]
    public void Every_flipped_bit_is_noticed()
    {
        using var guest = DurableGuest.Of(Guest);
        guest.Call("set");
        byte[] delta = guest.State.Capture()!;
        for (int bit = 0; bit < delta.Length * 8; bit++)
        {
            byte[] spoiled = [.. delta];
            spoiled[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Equal(ErrorCode.StateCorrupt, Assert.Throws<WasmError>(() => StateDelta.Decode(spoiled)).Code);
        }
    }

    [Theory]
    [InlineData("", "do not start with the header")]
    [InlineData("57415344", "do not start with the header")]
    [InlineData("57415344020000001000000000000000", "version 2 of the format is not known")]
    [InlineData("57415344010000001100000000000000", "17 bytes are announced and 16 are there")]
    [InlineData("57415344010000001000000000000000", "the checksum does not match")]
    public void A_header_that_does_not_fit_is_named(string hexadecimal, string reason)
    {
        var error = Assert.Throws<WasmError>(() => StateDelta.Decode(Convert.FromHexString(hexadecimal)));

        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0500")] // no such section
    [InlineData("0201007F0001008000")] // a memory after globals
    [InlineData("0200")] // no globals
    [InlineData("0201007F8000")] // a number that is longer than it has to be
    [InlineData("0201007FFFFFFFFF1F")] // more than 32 bits
    [InlineData("02020100")] // ends in a global
    [InlineData("0202017F00007F00")] // globals out of order
    [InlineData("0100808004010020")] // a run without its bytes
    [InlineData("010080800401000001")] // an empty run
    [InlineData("01008080040180800401AA")] // a run behind the memory's end
    [InlineData("0100FFFFFFFFFFFFFFFFFF00")] // longer than a long
    [InlineData("0300040100050000000000")] // more elements than the table has
    [InlineData("0400")] // no drops
    [InlineData("04020101")] // drops out of order
    public void Sections_that_do_not_fit_are_corrupt(string hexadecimal)
    {
        byte[] delta = Sealed(Convert.FromHexString(hexadecimal));

        Assert.Equal(ErrorCode.StateCorrupt, Assert.Throws<WasmError>(() => StateDelta.Decode(delta)).Code);
    }

    [Theory]
    [InlineData("010000 00", "has 65536 bytes already")]
    [InlineData("0100818004 00", "cannot have 65537 bytes")]
    [InlineData("010080808040 00", "cannot have 134217728 bytes")]
    [InlineData("0101808004 00", "no memory 1")]
    [InlineData("0201 007E 00", "global 0 is of kind I32")]
    [InlineData("0201 097F 00", "no mutable global 9")]
    [InlineData("0201 0370 09", "function 8")]
    [InlineData("0300 03 00", "has 4 elements already")]
    [InlineData("0300 65 00", "cannot have 101 elements")]
    [InlineData("0300 04 01 00 01 07", "function 6")]
    [InlineData("0301 04 00", "no table 1")]
    [InlineData("0401 02", "no segment 2")]
    public void A_delta_that_does_not_fit_the_module_changes_nothing(string hexadecimal, string reason)
    {
        using var guest = DurableGuest.Of(Guest);
        byte[] before = guest.State.Save();

        var error = Assert.Throws<WasmError>(() => guest.State.Apply(Sealed(Convert.FromHexString(hexadecimal.Replace(" ", "", StringComparison.Ordinal)))));

        Assert.Equal(ErrorCode.StateCorrupt, error.Code);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Equal(before, guest.State.Save());
    }

    [Fact]
    public void A_hundred_thousand_spoiled_deltas_are_corrupt_or_decode()
    {
        using var guest = DurableGuest.Of(Guest);
        guest.Call("all", 3);
        byte[] good = guest.State.Capture()!;
        guest.Call("all", 4);
        byte[][] seeds = [good, guest.State.Capture()!, guest.State.Save(), Sealed([])];
        var random = new Random(15);
        int corrupt = 0;
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100_000; i++)
        {
            byte[] spoiled = Spoil(seeds[i % seeds.Length], random, isSealed: i % 4 != 0);
            try
            {
                StateDelta.Decode(spoiled);
            }
            catch (WasmError error) when (error.Code == ErrorCode.StateCorrupt)
            {
                corrupt++;
            }
        }

        Assert.InRange(corrupt, 50_000, 99_999); // both ways were taken
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / 100_000, 0, 64 << 10);
    }

    [Fact]
    public void Spoiled_deltas_that_decode_are_applied_or_refused_and_never_anything_else()
    {
        using var guest = DurableGuest.Of(Guest);
        guest.Call("all", 3);
        byte[] good = guest.State.Capture()!;
        var random = new Random(16);
        string[] allowed = [ErrorCode.StateCorrupt, ErrorCode.MemoryGrowFailed, ErrorCode.TableGrowFailed];
        int applied = 0;
        for (int i = 0; i < 2000; i++)
        {
            using var fresh = guest.Fresh();
            try
            {
                fresh.State.Apply(Spoil(good, random, isSealed: true));
                applied++;
            }
            catch (WasmError error) when (allowed.Contains(error.Code))
            {
                // as it should be
            }
        }

        Assert.InRange(applied, 1, 1999);
    }

    private static byte[] Spoil(byte[] delta, Random random, bool isSealed)
    {
        byte[] spoiled = [.. delta];
        for (int changes = random.Next(1, 4); changes > 0; changes--)
        {
            int at = random.Next(0, spoiled.Length);
            switch (random.Next(4))
            {
                case 0:
                    spoiled[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    spoiled[at] = (byte)random.Next(256);
                    break;
                case 2 when spoiled.Length > StateDelta.HeaderLength:
                    spoiled = spoiled[..random.Next(StateDelta.HeaderLength, spoiled.Length)];
                    break;
                default:
                    byte[] more = new byte[random.Next(1, 12)];
                    random.NextBytes(more);
                    spoiled = [.. spoiled[..at], .. more, .. spoiled[at..]];
                    break;
            }
        }

        return isSealed && spoiled.Length >= StateDelta.HeaderLength ? Sealed(spoiled[StateDelta.HeaderLength..], spoiled[5]) : spoiled;
    }

    private static byte[] Sealed(byte[] sections, byte flags = 0)
    {
        var writer = new ByteWriter();
        StateDelta.Begin(writer, isWhole: (flags & 1) != 0);
        writer.Bytes(sections);
        StateDelta.End(writer);
        return writer.ToArray();
    }

    // Bit by bit, as the documentation defines it.
    private static uint ReferenceChecksum(byte[] bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte next in bytes)
        {
            crc ^= next;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0x82F63B78 : crc >> 1;
            }
        }

        return ~crc;
    }
}
