using System.Runtime.ExceptionServices;

namespace WasmActors.Runtime.Tests.Stores;

/// <summary>Runs part of a test on a thread of its own.</summary>
internal static class OtherThread
{
    /// <summary>Runs it to its end and throws what it threw.</summary>
    /// <param name="body">What runs.</param>
    /// <param name="stackBytes">Size of the thread's stack; 0 for the system's.</param>
    public static void Run(Action body, int stackBytes = 0)
    {
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(
            () =>
            {
                try
                {
                    body();
                }
                catch (Exception thrown)
                {
                    failure = ExceptionDispatchInfo.Capture(thrown);
                }
            },
            stackBytes);
        thread.Start();
        thread.Join();
        failure?.Throw();
    }
}
