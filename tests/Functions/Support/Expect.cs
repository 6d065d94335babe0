using WasmActors.Runtime.Failures;

namespace WasmActors.Functions.Tests.Support;

/// <summary>Awaits what must fail, or must come, within a time that no working machine needs.</summary>
internal static class Expect
{
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    /// <summary>The failure that the work ends with; its code must be the one given.</summary>
    internal static async Task<WasmException> FailureAsync(string code, Func<Task> work)
    {
        var failure = await Assert.ThrowsAnyAsync<WasmException>(() => work().WaitAsync(Patience));
        Assert.True(code == failure.Code, $"{code} was expected, not {failure.Code}: {failure.Message}");
        return failure;
    }

    internal static Task<WasmException> FailureAsync<T>(string code, ValueTask<T> work) => FailureAsync(code, work.AsTask);

    internal static Task<WasmException> FailureAsync<T>(string code, Task<T> work) => FailureAsync(code, () => work);

    internal static Task<T> SoonAsync<T>(ValueTask<T> work) => work.AsTask().WaitAsync(Patience);

    internal static Task<T> SoonAsync<T>(Task<T> work) => work.WaitAsync(Patience);

    internal static Task SoonAsync(Task work) => work.WaitAsync(Patience);

    /// <summary>Waits until a condition holds; fails when it does not come to hold.</summary>
    internal static async Task ConditionAsync(Func<Task<bool>> condition, string what)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!await condition())
        {
            Assert.False(patience.IsCancellationRequested, $"It did not come to hold: {what}.");
            await Task.Delay(10);
        }
    }

    internal static Task ConditionAsync(Func<bool> condition, string what) => ConditionAsync(() => Task.FromResult(condition()), what);
}
