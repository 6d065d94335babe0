using WasmActors.Runtime.Failures;

namespace WasmActors.Actors.Tests.Support;

/// <summary>Awaits what must fail, or must come, within a time that no working machine needs.</summary>
internal static class Expect
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(60);

    /// <summary>The error that the work fails with; its code must be the one given.</summary>
    internal static async Task<WasmError> ErrorAsync(string code, Func<Task> work)
    {
        var error = await Assert.ThrowsAsync<WasmError>(() => work().WaitAsync(s_deadline));
        Assert.Equal(code, error.Code);
        return error;
    }

    internal static Task<WasmError> ErrorAsync<T>(string code, ValueTask<T> work) => ErrorAsync(code, work.AsTask);

    internal static Task<WasmError> ErrorAsync(string code, ValueTask work) => ErrorAsync(code, work.AsTask);

    /// <summary>The trap that the work fails with; its code must be the one given.</summary>
    internal static async Task<Trap> TrapAsync<T>(string code, ValueTask<T> work)
    {
        var trap = await Assert.ThrowsAsync<Trap>(() => work.AsTask().WaitAsync(s_deadline));
        Assert.Equal(code, trap.Code);
        return trap;
    }

    /// <summary>The trap of a guest that ran into the deadline of its call. On a loaded machine the deadline may come while the
    /// call still waits for its store; then it is tried again.</summary>
    internal static async Task<Trap> DeadlineTrapAsync<T>(Func<ValueTask<T>> work)
    {
        for (int attempt = 0; attempt < 1_000; attempt++)
        {
            var failure = await Assert.ThrowsAnyAsync<WasmException>(() => work().AsTask().WaitAsync(s_deadline));
            Assert.True(failure.Code is ErrorCode.DeadlineExceeded or ErrorCode.StoreLost, failure.Message); // lost: the attempt before was answered late, and its store is being replaced
            if (failure is Trap trap)
            {
                return trap;
            }
        }

        throw new TimeoutException("The guest was never reached before the deadline.");
    }

    internal static Task<T> SoonAsync<T>(ValueTask<T> work) => work.AsTask().WaitAsync(s_deadline);

    internal static Task<T> SoonAsync<T>(Task<T> work) => work.WaitAsync(s_deadline);

    internal static Task SoonAsync(Task work) => work.WaitAsync(s_deadline);

    /// <summary>Waits until a condition holds; fails when it does not come to hold.</summary>
    internal static Task ConditionAsync(Func<bool> condition, string what) => ConditionAsync(() => Task.FromResult(condition()), what);

    /// <summary>The same with a condition that is asked for.</summary>
    internal static async Task ConditionAsync(Func<Task<bool>> condition, string what)
    {
        using var deadline = new CancellationTokenSource(s_deadline);
        while (!await condition())
        {
            Assert.False(deadline.IsCancellationRequested, $"It did not come to hold: {what}.");
            await Task.Delay(1);
        }
    }
}
