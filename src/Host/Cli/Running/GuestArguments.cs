using System.CommandLine;

namespace WasmActors.Host.Cli.Running;

/// <summary>
/// Finds where the guest's own arguments begin on the command line of <c>run</c>: options of run come before FILE or, spelled
/// out (<c>--name</c>), directly after it. The first other token after FILE and all that follow are the guest's.
/// </summary>
internal static class GuestArguments
{
    private const string Mark = "--";

    /// <summary>The arguments with a <c>--</c> before those of the guest, which the parser leaves alone then.</summary>
    public static IReadOnlyList<string> Separate(IReadOnlyList<string> args, Command run)
    {
        if (args.Count == 0 || args[0] != run.Name)
        {
            return args;
        }

        bool fileSeen = false;
        for (int i = 1; i < args.Count; i++)
        {
            if (args[i] == Mark)
            {
                return args;
            }

            if (OptionAt(args[i], run, fileSeen) is { } option)
            {
                bool valueFollows = option.Arity.MaximumNumberOfValues > 0 && args[i].IndexOfAny(['=', ':']) < 0;
                i += valueFollows && i + 1 < args.Count && args[i + 1] != Mark && OptionAt(args[i + 1], run, fileSeen) is null ? 1 : 0;
            }
            else if (fileSeen)
            {
                return [.. args.Take(i), Mark, .. args.Skip(i)];
            }
            else
            {
                fileSeen = true;
            }
        }

        return args;
    }

    private static Option? OptionAt(string token, Command run, bool fileSeen)
    {
        if (!token.StartsWith(fileSeen ? "--" : "-", StringComparison.Ordinal))
        {
            return null;
        }

        int end = token.IndexOfAny(['=', ':']);
        string name = end < 0 ? token : token[..end];
        return run.Options.FirstOrDefault(o => o.Name == name || o.Aliases.Contains(name));
    }
}
