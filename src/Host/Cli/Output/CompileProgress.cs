using Spectre.Console;

namespace WasmActors.Host.Cli.Output;

/// <summary>Shows on a terminal that a module is being compiled, once that takes a moment.</summary>
internal static class CompileProgress
{
    private static readonly TimeSpan s_moment = TimeSpan.FromMilliseconds(300);

    /// <summary>Waits for the work; where standard error is no terminal, nothing is shown.</summary>
    public static async Task<T> ShowAsync<T>(Terminal terminal, string what, Task<T> work)
    {
        if (terminal.ErrorIsTerminal && await Task.WhenAny(work, Task.Delay(s_moment)).ConfigureAwait(false) != work)
        {
            return await terminal.RichError.Status()
                .StartAsync($"Compiling {Markup.Escape(what)}", _ => work).ConfigureAwait(false);
        }

        return await work.ConfigureAwait(false);
    }
}
