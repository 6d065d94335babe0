using System.Globalization;
using System.Text.RegularExpressions;
using WasmActors.Host.Tests.Docs;

namespace WasmActors.Host.Tests.Tidy;

/// <summary>
/// Rules for the sources that nobody has to remember. What does not keep to a rule yet is counted in <c>limits.txt</c>: a count may fall and never rise.
/// </summary>
public sealed partial class TidyTests
{
    private const int MostLines = 300;
    private const int MostFiles = 25;
    private const int MostColumns = 120;

    private static readonly string[] s_sources = ["src/Runtime", "src/Actors", "src/Functions", "src/Host", "src/Compiler"];
    private static readonly string[] s_tests = ["tests/Runtime", "tests/Actors", "tests/Functions", "tests/Host", "tests/Resilience.Tests", "tests/Conformance.Tests"];

    [Fact]
    public void Files_have_at_most_300_lines() =>
        AtMost("files over 300 lines", Sources().Where(static f => f.Lines.Length > MostLines).Select(static f => $"{f.Path} ({f.Lines.Length})"));

    [Fact]
    public void Folders_have_at_most_25_files() =>
        AtMost("folders over 25 files", Sources().GroupBy(static f => f.Folder, StringComparer.Ordinal).Where(static g => g.Count() > MostFiles).Select(static g => $"{g.Key} ({g.Count()})"));

    [Fact]
    public void Lines_have_at_most_120_columns() =>
        AtMost("lines over 120 columns", Sources().SelectMany(static f => f.Lines.Where(static l => l.Length > MostColumns).Select(_ => f.Path)));

    [Fact]
    public void Namespaces_are_folders() =>
        AtMost("namespaces that are not their folder", Sources().Where(static f => f.Namespace is { } name && name != $"WasmActors.{f.Folder["src/".Length..].Replace('/', '.')}").Select(static f => f.Path));

    [Fact]
    public void A_file_has_one_public_type() =>
        AtMost("files with several public types", Sources().Where(static f => f.Lines.Count(static l => PublicType().IsMatch(l)) > 1).Select(static f => f.Path));

    [Fact]
    public void Every_file_is_used_by_another_one()
    {
        var files = Sources().ToList();
        var words = files.Select(static f => (f.Path, Words: f.Lines.SelectMany(static l => Word().Matches(l).Select(static m => m.Value)).ToHashSet(StringComparer.Ordinal))).ToList();
        string config = string.Concat(Directory.EnumerateFiles(Path.Combine(Repository.Root, "config")).Select(File.ReadAllText));
        AtMost(
            "files that nothing uses",
            files.Where(f => f.Name != "Program" && !config.Contains($".{f.Name}", StringComparison.Ordinal) && !f.Lines.Any(static l => l.Contains("this ", StringComparison.Ordinal))
                    && !words.Exists(w => w.Path != f.Path && w.Words.Contains(f.Name)))
                .Select(static f => f.Path));
    }

    [Fact]
    public void Nothing_is_called_that_blocks_or_loses_failures()
    {
        AtMost("async " + "void", Sources().Concat(Tests()).SelectMany(static f => f.Lines.Where(static l => l.Contains("async " + "void", StringComparison.Ordinal)).Select(_ => f.Path)));
        AtMost("Thread.Sleep in tests", Tests().SelectMany(static f => f.Lines.Where(static l => l.Contains("Thread." + "Sleep(", StringComparison.Ordinal)).Select(_ => f.Path)));
        AtMost("waits for tasks in sources", Sources().SelectMany(static f => f.Lines.Where(static l => Blocking().IsMatch(l)).Select(_ => f.Path)));
        AtMost("empty catch blocks", Sources().SelectMany(static f => Enumerable.Range(0, Math.Max(0, f.Lines.Length - 2)).Where(i => EmptyCatch().IsMatch(string.Concat(f.Lines[i..(i + 3)]))).Select(_ => f.Path)));
    }

    [Fact]
    public void Prose_uses_the_words_of_the_glossary()
    {
        AtMost("words that the glossary leaves out, in sources", Sources().SelectMany(static f => f.Lines.SelectMany(l => LeftOut().Matches(l).Select(_ => f.Path))));
        AtMost("words that the glossary leaves out, in docs", Repository.Pages.SelectMany(static p => LeftOut().Matches(string.Join('\n', Repository.Lines(p))).Select(_ => p)));
    }

    [GeneratedRegex(@"^public (?:(?:sealed|static|abstract|readonly|partial|ref|unsafe) )*(?:class|record|struct|interface|enum|delegate) ")]
    private static partial Regex PublicType();

    [GeneratedRegex(@"\w+")]
    private static partial Regex Word();

    [GeneratedRegex(@"\.GetAwaiter\(\)\.GetResult\(\)|\.Wait\(\)")]
    private static partial Regex Blocking();

    [GeneratedRegex(@"catch(?: \([^)]*\))?\s*\{\s*\}")]
    private static partial Regex EmptyCatch();

    [GeneratedRegex(@"\b(?:tells?|told|telling|go(?:es|ing)? on|carr(?:y|ies|ied) out|carr(?:y|ies) \w+ out|g(?:ive|ives|iven|ave) back|who waits|what waits|likewise|as for|of its own|time is over|found out|let in|stays?|staying)\b", RegexOptions.IgnoreCase)]
    private static partial Regex LeftOut();

    private static IEnumerable<SourceFile> Sources() => s_sources.SelectMany(SourceTree.Files);

    private static IEnumerable<SourceFile> Tests() => s_tests.SelectMany(SourceTree.Files);

    private static void AtMost(string rule, IEnumerable<string> found)
    {
        var places = found.ToList();
        string line = File.ReadAllLines(Path.Combine(Repository.Root, "tests", "Host", "Tidy", "limits.txt")).Single(l => l.StartsWith($"{rule}: ", StringComparison.Ordinal));
        int most = int.Parse(line[(rule.Length + 2)..].Split('#')[0], CultureInfo.InvariantCulture);
        Assert.True(places.Count <= most, $"{places.Count} {rule}, {most} are allowed (tests/Host/Tidy/limits.txt): {string.Join(", ", places.CountBy(static p => p).OrderByDescending(static p => p.Value).Take(20).Select(static p => $"{p.Key} {p.Value}"))}");
    }
}
