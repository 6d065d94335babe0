using System.CommandLine;
using System.CommandLine.Parsing;
using WasmActors.Host.Cli.Output;

namespace WasmActors.Host.Cli;

/// <summary>A command of the program. What it throws is told on standard error by <see cref="CommandLine"/>.</summary>
internal abstract class Verb : Command
{
    protected Verb(string name, string description)
        : base(name, description)
    {
    }

    /// <summary>How it is called, without the program's name.</summary>
    public abstract string Synopsis { get; }

    /// <summary>What its <c>--help</c> says below the options: rules, examples.</summary>
    public abstract string HelpNotes { get; }

    /// <summary>A module's file as an argument.</summary>
    protected static Argument<string> FileArgument()
    {
        var file = new Argument<string>("FILE") { Description = "WebAssembly module, binary (.wasm) or text (.wat); - for standard input." };
        file.Validators.Add(static result =>
        {
            foreach (var token in result.Tokens.Where(static t => t.Value != ModuleInput.StandardInput))
            {
                RequireFileName(token.Value, result);
            }
        });
        return file;
    }

    /// <summary>The parser takes an option that it does not know for a file.</summary>
    protected static void RequireFileName(string text, ArgumentResult result)
    {
        if (text.StartsWith('-') && !Path.Exists(text))
        {
            result.AddError(UnknownWords.Option(text, result.Parent as CommandResult));
        }
        else if (text.Length == 0)
        {
            result.AddError("The name of the file is empty.");
        }
    }
}
