using WasmActors.Runtime.Failures;

namespace WasmActors.Tests.Support;

/// <summary>Awaits results, failures and conditions, with a deadline that no working machine needs.</summary>
internal static class Expect
{
    /// <summary>The deadline.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    /// <summary>Returns the failure of work. Its code must be the given one.</summary>
    internal static async Task<WasmException> FailureAsync(string code, Func<Task> work)
    {
        var failure = await Assert.ThrowsAnyAsync<WasmException>(() => work().WaitAsync(Patience));
        Assert.True(code == failure.Code, $"{code} was expected, not {failure.Code}: {failure.Message}");
        return failure;
    }

    internal static Task<WasmException> FailureAsync<T>(string code, ValueTask<T> work) => FailureAsync(code, work.AsTask);

    internal static Task<WasmException> FailureAsync<T>(string code, Task<T> work) => FailureAsync(code, () => work);

    /// <summary>Returns the error of work, which must be no trap. Its code must be the given one.</summary>
    internal static async Task<WasmError> ErrorAsync(string code, Func<Task> work) => Assert.IsType<WasmError>(await FailureAsync(code, work));

    internal static Task<WasmError> ErrorAsync<T>(string code, ValueTask<T> work) => ErrorAsync(code, work.AsTask);

    internal static Task<WasmError> ErrorAsync(string code, ValueTask work) => ErrorAsync(code, work.AsTask);

    /// <summary>Returns the trap of work. Its code must be the given one.</summary>
    internal static async Task<Trap> TrapAsync<T>(string code, ValueTask<T> work) => Assert.IsType<Trap>(await FailureAsync(code, work.AsTask));

    /// <summary>
    /// Returns the trap of a guest that reached the deadline of its call. On a loaded machine the deadline may expire while the call is queued: then
    /// the work is repeated.
    /// </summary>
    internal static async Task<Trap> DeadlineTrapAsync<T>(Func<ValueTask<T>> work)
    {
        for (int attempt = 0; attempt < 1_000; attempt++)
        {
            var failure = await Assert.ThrowsAnyAsync<WasmException>(() => work().AsTask().WaitAsync(Patience));

            // Lost: the attempt before was answered late, and its store is being replaced.
            Assert.True(failure.Code is ErrorCode.DeadlineExceeded or ErrorCode.StoreLost, failure.Message);
            if (failure is Trap trap)
            {
                return trap;
            }
        }

        throw new TimeoutException("The guest was never reached before the deadline.");
    }

    /// <summary>Returns the result of work that must succeed.</summary>
    internal static Task<T> SoonAsync<T>(ValueTask<T> work) => work.AsTask().WaitAsync(Patience);

    internal static Task<T> SoonAsync<T>(Task<T> work) => work.WaitAsync(Patience);

    internal static Task SoonAsync(Task work) => work.WaitAsync(Patience);

    /// <summary>Waits until a condition is true. Fails if it never is.</summary>
    /// <param name="condition">The condition, which is evaluated again and again.</param>
    /// <param name="what">The condition in words.</param>
    /// <param name="details">Returns more to show if it fails; null for nothing.</param>
    internal static async Task ConditionAsync(Func<Task<bool>> condition, string what, Func<string>? details = null)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!await condition())
        {
            Assert.False(patience.IsCancellationRequested, $"It did not come to be: {what}. {details?.Invoke()}");
            await Task.Delay(2);
        }
    }

    internal static Task ConditionAsync(Func<bool> condition, string what, Func<string>? details = null) =>
        ConditionAsync(() => Task.FromResult(condition()), what, details);
}
