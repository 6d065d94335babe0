using System.Buffers.Binary;
using System.Text;
using WasmActors.Functions.State;
using WasmActors.Host.Persistence.States;
using static WasmActors.Functions.Tests.Persistence.States.StateStoreContract;

namespace WasmActors.Functions.Tests.Persistence.States;

/// <summary>The checksums of stored rows, computed here as <c>docs/state-format.md</c> says.</summary>
public sealed class RowSumTests : IDisposable
{
    private readonly StateFile _file = new();

    public void Dispose() => _file.Dispose();

    [Fact]
    public async Task Stored_rows_have_the_checksums_that_the_format_documents()
    {
        await using (var store = await _file.OpenAsync())
        {
            long id = StateId.New("f", "schlüssel");
            await store.CommitAsync([Commit(id, 1, "schlüssel"), Commit(id, 2, "schlüssel", whole: new byte[20_000]), Commit(id, 3, "schlüssel", answer: "a")]);
            await store.DeleteFunctionAsync("other", 7);
        }

        var state = (await _file.QueryAsync($"SELECT {StateTables.StateColumns} FROM wasm_states"))[0];
        Assert.Equal(Sum('b', new byte[20_000]), (long)state[8]);
        Assert.Equal(Sum('s', state[..11]), (long)state[11]);
        Assert.All(await _file.QueryAsync("SELECT state_id, seq, nonce, at, body, sum FROM wasm_commits"), static r => Assert.Equal(Sum('c', r[..5]), (long)r[5]));
        var chunks = await _file.QueryAsync("SELECT state_id, CAST(2 AS BIGINT), chunk, packed, body, sum FROM wasm_chunks");
        Assert.Equal(2, chunks.Count);
        Assert.All(chunks, static r => Assert.Equal(Sum('k', r[..5]), (long)r[5]));
        Assert.All(await _file.QueryAsync("SELECT state_id, seq, before, call_key, hash, at, answer, sum FROM wasm_answers"), static r => Assert.Equal(Sum('a', r[..7]), (long)r[7]));
        Assert.All(await _file.QueryAsync("SELECT function, through_version, sum FROM wasm_functions"), static r => Assert.Equal(Sum('f', r[..2]), (long)r[2]));
        Assert.Equal(0xE3069283, Crc("123456789"u8));
    }

    private static long Sum(char kind, params object[] columns)
    {
        var bytes = new List<byte> { (byte)kind, 0 };
        foreach (object column in columns)
        {
            byte[]? text = column switch { string s => Encoding.UTF8.GetBytes(s), byte[] b => b, _ => null };
            byte[] number = new byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(number, text?.Length ?? (long)column);
            bytes.AddRange(number);
            bytes.AddRange(text ?? []);
        }

        return Crc([.. bytes]);
    }

    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in bytes)
        {
            crc ^= b;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) * 0x82F63B78);
            }
        }

        return ~crc;
    }
}
