using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using WasmActors.Actors.Handles;
using WasmActors.Functions.Hosting;
using WasmActors.Runtime.Modules;

namespace WasmActors.Host.Tests.Docs;

/// <summary>
/// Compiles C# blocks of the guides against the product's assemblies, as the statements of a program. A block that begins with its own using directives is a whole
/// program. Others have the product's namespaces, and the variables that the comment above the block declares: <c>&lt;!-- given: WasmHost host; Val value --&gt;</c>.
/// </summary>
internal static class GuideCompiler
{
    private const string Given = "given:";

    private const string Fragment = "fragment:";

    private static readonly string[] s_always =
        ["System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Net.Http", "System.Threading", "System.Threading.Tasks"];

    private static readonly string[] s_guides =
        ["Akka.Actor", "Akka.Configuration", "Microsoft.Extensions.DependencyInjection", "Serilog"];

    private static readonly string[] s_product =
    [
        .. new[] { typeof(WasmHost), typeof(FunctionHost), typeof(WasmEngine) }
            .SelectMany(static type => type.Assembly.GetExportedTypes()).Select(static type => type.Namespace!).Distinct(StringComparer.Ordinal),
    ];

    private static readonly Lazy<MetadataReference[]> s_references = new(static () =>
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(static file => MetadataReference.CreateFromFile(file))]);

    /// <summary>Returns whether a block is marked as part of something else: <c>&lt;!-- fragment: why --&gt;</c>.</summary>
    public static bool IsFragment(DocumentedCode block) => block.Remark.StartsWith(Fragment, StringComparison.Ordinal);

    /// <summary>Returns the compiler's errors, each with its line in the page.</summary>
    public static IReadOnlyList<string> Errors(DocumentedCode block)
    {
        string text = $"{Usings(block)}{Variables(block)}\n#line {block.Line} \"{block.Page}\"\n{block.Text}";
        var compilation = CSharpCompilation.Create(
            "Guide",
            [CSharpSyntaxTree.ParseText(text, CSharpParseOptions.Default.WithLanguageVersion(LanguageVersion.Latest))],
            s_references.Value,
            new CSharpCompilationOptions(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable));
        return
        [
            .. compilation.GetDiagnostics().Where(static found => found.Severity == DiagnosticSeverity.Error)
                .Select(static found => $"{found.Location.GetMappedLineSpan().Path}:{found.Location.GetMappedLineSpan().StartLinePosition.Line + 1}: {found.GetMessage()}"),
        ];
    }

    private static string Usings(DocumentedCode block)
    {
        bool whole = block.Text.StartsWith("using ", StringComparison.Ordinal) && !block.Text.StartsWith("using var ", StringComparison.Ordinal);
        return string.Concat(s_always.Concat(whole ? [] : s_guides.Concat(s_product)).Select(static name => $"global using {name}; "));
    }

    private static string Variables(DocumentedCode block) => block.Remark.StartsWith(Given, StringComparison.Ordinal)
        ? string.Concat(block.Remark[Given.Length..].Split(';', StringSplitOptions.TrimEntries).Select(static variable => $"{variable} = default!; "))
        : "";
}
