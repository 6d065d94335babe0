using System.Collections.Concurrent;
using WasmActors.Runtime.Modules.Compilation;

namespace WasmActors.Runtime.Tests.Modules;

public class ModuleThreadsTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Work_in_a_row_is_done_by_one_thread_which_is_none_of_the_pool()
    {
        using var threads = new ModuleThreads(2);
        var seen = new HashSet<int>();
        for (int i = 0; i < 50; i++)
        {
            var (id, pooled) = await threads.RunAsync(static () => (Environment.CurrentManagedThreadId, Thread.CurrentThread.IsThreadPoolThread)).WaitAsync(s_patience);
            seen.Add(id);
            Assert.False(pooled);
        }

        // The thread may not have come back yet when the next work comes, which then gets the other one.
        Assert.InRange(seen.Count, 1, 2);
        Assert.InRange(threads.Count, 1, 2);
    }

    [Fact]
    public async Task Much_work_at_once_is_all_done_by_no_more_threads_than_allowed()
    {
        using var threads = new ModuleThreads(3);
        var ids = new ConcurrentDictionary<int, int>();
        int[] results = await Task.WhenAll(Enumerable.Range(0, 500).Select(i => threads.RunAsync(() =>
        {
            ids[Environment.CurrentManagedThreadId] = 1;
            return i;
        }))).WaitAsync(s_patience);

        Assert.Equal(Enumerable.Range(0, 500), results);
        Assert.InRange(ids.Count, 1, 3);
    }

    [Fact]
    public async Task Work_that_throws_fails_its_own_task_and_not_the_thread()
    {
        using var threads = new ModuleThreads(1);

        await Assert.ThrowsAsync<InvalidDataException>(() => threads.RunAsync<int>(static () => throw new InvalidDataException()).WaitAsync(s_patience));

        Assert.Equal(7, await threads.RunAsync(static () => 7).WaitAsync(s_patience));
    }

    [Fact]
    public async Task What_waits_is_done_when_the_threads_are_ended_and_so_is_what_follows_from_it()
    {
        var threads = new ModuleThreads(1);
        using var gate = new ManualResetEventSlim();
        var first = threads.RunAsync(() => gate.Wait(s_patience));
        var second = threads.RunAsync(static () => 2);

        threads.Dispose();
        gate.Set();

        Assert.True(await first.WaitAsync(s_patience));
        Assert.Equal(2, await second.WaitAsync(s_patience));
        Assert.Equal(3, await threads.RunAsync(static () => 3).WaitAsync(s_patience));
    }
}
