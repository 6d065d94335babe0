using System.Data.Common;
using WasmActors.Functions.Api;
using WasmActors.Host.Access;
using WasmActors.Host.Cli.Output;
using WasmActors.Host.Persistence;

namespace WasmActors.Host.Cli.Serving;

/// <summary>Makes a key with the scope admin in the database itself, for an owner who has none any more. Whoever may open the database owns the host.</summary>
internal static class KeyRecovery
{
    /// <summary>Makes the key and writes its secret on standard output, alone.</summary>
    /// <returns>The exit code.</returns>
    /// <exception cref="CommandLineException"><c>settings.invalid</c>, <c>database.unavailable</c>, <c>key.bad_request</c>, <c>key.exists</c></exception>
    public static async Task<int> RunAsync(Terminal terminal, ServeSettings source, string name, CancellationToken cancellation)
    {
        if (!FunctionNames.IsLabel(name))
        {
            throw new CommandLineException("key.bad_request", $"The name '{name}' is not allowed: 1 to {FunctionNames.MaxName} of A-Z, a-z, 0-9 and '-_.+' are.");
        }

        var settings = source.Load(out _);
        var database = await NodeDatabase.OpenExistingAsync(settings.Database, cancellation).ConfigureAwait(false);
        var (key, token) = ApiKey.Create(name, [ApiScope.Admin], new KeyLimits(null, null, null, null), TimeProvider.System);
        if (!await AddAsync(database, key, cancellation).ConfigureAwait(false))
        {
            throw new CommandLineException("key.exists", $"There is an API key '{name}'.", "Choose another name with --name.");
        }

        await terminal.Output.WriteLineAsync(token).ConfigureAwait(false);
        await terminal.Error.WriteLineAsync($"Key {key.Id} ({key.Name}; admin). Nodes accept it within 2 s. Keep the secret: it is not shown again.").ConfigureAwait(false);
        return ExitCodes.Ok;
    }

    private static async Task<bool> AddAsync(FunctionDatabase database, ApiKey key, CancellationToken cancellation)
    {
        try
        {
            return await database.Keys.AddAsync(key, cancellation).ConfigureAwait(false);
        }
        catch (DbException failure)
        {
            throw new CommandLineException("database.unavailable", $"The key cannot be stored: {failure.Message}", "Check that the database runs and can be written.", ExitCodes.Node);
        }
    }
}
