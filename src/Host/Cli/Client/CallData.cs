using System.Text;
using WasmActors.Host.Cli.Output;

namespace WasmActors.Host.Cli.Client;

/// <summary>The input of a call of bytes or of a WASI program: <c>--data TEXT|@FILE|-</c>, else standard input where it
/// is no terminal.</summary>
internal static class CallData
{
    // The largest input that a function may take.
    private const int MaxBytes = 64 << 20;
    private const int ReadBytes = 64 << 10;

    /// <summary>Reads it.</summary>
    /// <exception cref="CommandLineException"><c>usage</c>: it cannot be read, or is too large for every
    /// function.</exception>
    public static async Task<byte[]> ReadAsync(string? data, Terminal terminal, CancellationToken cancellation)
    {
        if (data is not null && data != "-")
        {
            return data.StartsWith('@') ? await ReadFileAsync(data[1..], cancellation).ConfigureAwait(false) : Encoding.UTF8.GetBytes(data);
        }

        if (data is null && terminal.InputIsTerminal)
        {
            return [];
        }

        var input = terminal.OpenInput();
        await using (input.ConfigureAwait(false))
        {
            return await ReadAsync(input, "Standard input", cancellation).ConfigureAwait(false);
        }
    }

    private static async Task<byte[]> ReadFileAsync(string path, CancellationToken cancellation)
    {
        FileStream file;
        try
        {
            file = File.OpenRead(path);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new CommandLineException("usage", $"--data: {path} cannot be read: {unreadable.Message}", "Name a file behind the @. For text that begins with @, use standard input: --data -");
        }

        await using (file.ConfigureAwait(false))
        {
            return await ReadAsync(file, path, cancellation).ConfigureAwait(false);
        }
    }

    private static async Task<byte[]> ReadAsync(Stream stream, string what, CancellationToken cancellation)
    {
        using var all = new MemoryStream();
        byte[] part = new byte[ReadBytes];
        while (await ReadPartAsync(stream, part, what, cancellation).ConfigureAwait(false) is > 0 and int count)
        {
            all.Write(part, 0, count);
            if (all.Length > MaxBytes)
            {
                throw new CommandLineException("usage", $"{what} has more than {MaxBytes} bytes, the most that a function can take.");
            }
        }

        return all.ToArray();
    }

    // Reading a terminal or a pipe does not end by cancellation.
    private static async Task<int> ReadPartAsync(Stream stream, byte[] part, string what, CancellationToken cancellation)
    {
        try
        {
            return await stream.ReadAsync(part, cancellation).AsTask().WaitAsync(cancellation).ConfigureAwait(false);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new CommandLineException("usage", $"{what} cannot be read: {unreadable.Message}");
        }
    }
}
