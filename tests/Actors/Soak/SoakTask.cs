using WasmActors.Actors.Handles;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Values;

namespace WasmActors.Actors.Tests.Soak;

/// <summary>One of the callers: calls any of the stores, checks each answer.</summary>
internal sealed class SoakTask(int number, StoreSlots slots, SoakTally tally)
{
    private readonly Random _random = new(number);

    internal async Task RunAsync(CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            int slot = _random.Next(slots.Count);
            var instance = slots.Get(slot);
            string? code = await OneAsync(instance, _random.Next(1000));
            if (code is ErrorCode.StoreGone or ErrorCode.CircuitOpen || _random.Next(2_000) == 0)
            {
                await slots.ReplaceAsync(slot, instance);
            }
        }
    }

    private Task<string?> OneAsync(InstanceRef instance, int dice) => dice switch
    {
        < 400 => TypedAsync(instance),
        < 550 => UntypedAsync(instance),
        < 650 => BatchAsync(instance),
        < 750 => TwiceAsync(instance),
        < 800 => MemoryAsync(instance),
        < 850 => ObjectAsync(instance),
        < 900 => FailsAsync(["trap.unreachable"], () => instance.GetFunc("trap").CallAsync()),
        < 930 => FailsAsync(["trap.host"], () => instance.GetFunc("fail").CallAsync(0)),
        < 960 => FailsAsync([ErrorCode.HostException], () => instance.GetFunc("fail").CallAsync<int, Nothing>(1)),
        < 994 => FailsAsync([ErrorCode.Cancelled], () => instance.GetFunc("add").CallAsync<int, int, int>(1, 2, new CancellationToken(canceled: true))),
        < 998 => CancelledAsync(instance),
        _ => FailsAsync([ErrorCode.DeadlineExceeded], () => instance.GetFunc("spin").CallAsync(TimeSpan.FromMilliseconds(3))),
    };

    private Task<string?> TypedAsync(InstanceRef instance)
    {
        int a = _random.Next();
        return AnsweredAsync(instance.GetFunc("add").CallAsync<int, int, int>(a, number), sum => Assert.Equal(unchecked(a + number), sum));
    }

    private Task<string?> UntypedAsync(InstanceRef instance)
    {
        int a = _random.Next();
        return AnsweredAsync(instance.GetFunc("add").CallAsync(a, number), sum => Assert.Equal(unchecked(a + number), sum.Value.AsI32()));
    }

    private Task<string?> TwiceAsync(InstanceRef instance)
    {
        int a = _random.Next(1 << 20);
        return AnsweredAsync(instance.GetFunc("twice").CallAsync<int, int>(a), twice => Assert.Equal(2 * a, twice));
    }

    private Task<string?> BatchAsync(InstanceRef instance)
    {
        (int, int)[] arguments = [.. Enumerable.Range(0, 16).Select(i => (i, number))];
        return AnsweredAsync(instance.GetFunc("add").CallBatchAsync<(int, int), int>(arguments), batch =>
        {
            if (batch.Failure is null)
            {
                Assert.Equal(Enumerable.Range(number, 16), batch.Results.ToArray());
            }
        });
    }

    // Each task has memory of its own in every store; a store made anew holds zeros.
    private async Task<string?> MemoryAsync(InstanceRef instance)
    {
        byte[] bytes = new byte[256];
        Array.Fill(bytes, (byte)(number + 1));
        var memory = instance.GetMemory();
        string? failed = await AnsweredAsync(WriteAsync(memory, bytes), static _ => { });
        return failed ?? await AnsweredAsync(memory.ReadAsync(number * 256, bytes.Length), read =>
            Assert.True(read.Span.SequenceEqual(bytes) || read.Span.IndexOfAnyExcept((byte)0) < 0));
    }

    private async ValueTask<int> WriteAsync(MemoryRef memory, byte[] bytes)
    {
        await memory.WriteAsync(number * 256, bytes);
        return bytes.Length;
    }

    private Task<string?> ObjectAsync(InstanceRef instance)
    {
        var thing = new byte[100];
        return AnsweredAsync(instance.GetFunc("object").CallAsync(Val.ExternRef(thing)), result => Assert.Same(thing, result.Value.AsExternRef()));
    }

    private async Task<string?> CancelledAsync(InstanceRef instance)
    {
        using var cancellation = new CancellationTokenSource(_random.Next(1, 6));
        return await FailsAsync([ErrorCode.Cancelled], () => instance.GetFunc("spin").CallAsync(cancellation.Token));
    }

    private Task<string?> AnsweredAsync<T>(ValueTask<T> call, Action<T> check) => CountAsync(call, check, []);

    private Task<string?> FailsAsync<T>(string[] codes, Func<ValueTask<T>> call) =>
        CountAsync(call(), static _ => Assert.Fail("The call should have failed."), codes);

    // The code of the failure, null for success. Any call may meet a store that broke, broke too often, or was stopped, or a line that is too long for its deadline.
    private async Task<string?> CountAsync<T>(ValueTask<T> call, Action<T> check, string[] codes)
    {
        tally.CountSent();
        try
        {
            var result = await Expect.SoonAsync(call);
            check(result);
            tally.CountAnswer(SoakTally.Success);
            return null;
        }
        catch (WasmException failure)
        {
            Assert.True(failure.Code is ErrorCode.StoreLost or ErrorCode.StoreGone or ErrorCode.CircuitOpen or ErrorCode.Busy || codes.Contains(failure.Code, StringComparer.Ordinal), $"{failure.Code}: {failure.Message}");
            tally.CountAnswer(failure.Code);
            return failure.Code;
        }
    }
}
