using System.Text.RegularExpressions;

namespace WasmActors.Host.Tests.Docs;

public partial class LinkTests
{
    public static TheoryData<string> Pages => [.. Repository.Pages];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_link_leads_to_a_file_and_a_heading_that_exist(string page)
    {
        string[] broken = [.. Link().Matches(Prose(page)).Select(static match => match.Groups[1].Value).Where(target => IsBroken(page, target))];

        Assert.True(broken.Length == 0, $"{page} links to {string.Join(", ", broken)}.");
    }

    [Fact]
    public void The_architecture_names_source_files_that_exist()
    {
        var sources = new[] { ("src", "*.cs"), ("src", "*.proto"), ("tests", "*.cs") }
            .SelectMany(static kind => Directory.EnumerateFiles(Path.Combine(Repository.Root, kind.Item1), kind.Item2, SearchOption.AllDirectories))
            .Select(static file => Path.GetFileName(file)).ToHashSet(StringComparer.Ordinal);
        string[] named = [.. SourceFile().Matches(Prose("docs/architecture.md")).Select(static match => match.Groups[1].Value)];

        Assert.NotEmpty(named);
        Assert.All(named, name => Assert.True(sources.Contains(name), $"There is no {name} in src or tests."));
    }

    [Fact]
    public void A_link_to_nothing_is_found()
    {
        Assert.True(IsBroken("README.md", "docs/nothing.md"));
        Assert.True(IsBroken("README.md", "docs/functions.md#nothing"));
        Assert.False(IsBroken("README.md", "docs/functions.md#the-bytes-convention"));
        Assert.False(IsBroken("docs/functions.md", "#versions"));
    }

    private static bool IsBroken(string page, string target)
    {
        if (target.Contains("://", StringComparison.Ordinal))
        {
            return false;
        }

        string[] parts = target.Split('#', 2);
        string path = parts[0].Length == 0 ? page : Path.Combine(Path.GetDirectoryName(page) ?? "", parts[0]);
        string file = Path.Combine(Repository.Root, path);
        return !Path.Exists(file) || (parts.Length == 2 && !Anchors(file).Contains(parts[1]));
    }

    // As GitHub makes them: lower case, no marks, hyphens for spaces.
    private static HashSet<string> Anchors(string file) =>
    [
        .. File.ReadLines(file).Where(static line => line.StartsWith('#')).Select(static line => line.TrimStart('#').Trim().ToLowerInvariant())
            .Select(static title => string.Concat(title.Where(static c => char.IsLetterOrDigit(c) || c is ' ' or '-' or '_')).Replace(' ', '-')),
    ];

    private static string Prose(string page) => Fenced().Replace(string.Join('\n', Repository.Lines(page)), "");

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"`(?:[\w/]+/)?([\w.]+\.(?:cs|proto))`")]
    private static partial Regex SourceFile();

    [GeneratedRegex("^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fenced();
}
