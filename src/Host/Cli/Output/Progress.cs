using Spectre.Console;
using WasmActors.Runtime.Failures;

namespace WasmActors.Host.Cli.Output;

/// <summary>Shows on a terminal what is being waited for, once that takes a moment.</summary>
internal static class Progress
{
    private static readonly TimeSpan s_moment = TimeSpan.FromMilliseconds(300);

    /// <summary>Waits for the work; where standard error is no terminal, nothing is shown.</summary>
    /// <param name="terminal">Where it is shown.</param>
    /// <param name="what">What is done, for example <c>Compiling fib.wat</c>.</param>
    /// <param name="work">What is waited for.</param>
    public static async Task<T> ShowAsync<T>(Terminal terminal, string what, Task<T> work)
    {
        if (terminal.ErrorIsTerminal && await Task.WhenAny(work, Task.Delay(s_moment)).ConfigureAwait(false) != work)
        {
            return await terminal.RichError.Status()
                .StartAsync(Markup.Escape(GuestText.Clean(what, GuestText.NameLimit)), _ => work).ConfigureAwait(false);
        }

        return await work.ConfigureAwait(false);
    }
}
