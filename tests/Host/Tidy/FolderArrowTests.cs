using System.Text.RegularExpressions;
using WasmActors.Host.Tests.Docs;

namespace WasmActors.Host.Tests.Tidy;

/// <summary>
/// Which folders refer to which. <c>arrows.txt</c> lists every arrow that is allowed and <c>circles.txt</c> every circle, with its reason. Both may only shrink:
/// a new arrow needs a line here and a reviewer who agrees, and a line that nothing uses any more must go.
/// </summary>
public sealed partial class FolderArrowTests
{
    private static readonly string[] s_projects = ["Runtime", "Actors", "Functions", "Host"];

    [Fact]
    public void Folders_refer_only_to_folders_that_the_list_allows()
    {
        string[] found = [.. Arrows().Select(static a => $"{a.From} -> {a.To}")];
        string[] allowed = Listed("arrows.txt");

        Assert.True(found.Except(allowed, StringComparer.Ordinal).FirstOrDefault() is null, $"Not allowed, see tests/Host/Tidy/arrows.txt: {string.Join("; ", found.Except(allowed, StringComparer.Ordinal))}");
        Assert.True(allowed.Except(found, StringComparer.Ordinal).FirstOrDefault() is null, $"No longer used, remove from tests/Host/Tidy/arrows.txt: {string.Join("; ", allowed.Except(found, StringComparer.Ordinal))}");
    }

    [Fact]
    public void Folders_form_only_the_circles_that_the_list_names()
    {
        string[] found = [.. Circles([.. Arrows()]).Select(static c => string.Join(" ", c.Order(StringComparer.Ordinal))).Order(StringComparer.Ordinal)];

        Assert.Equal(Listed("circles.txt").Order(StringComparer.Ordinal), found, StringComparer.Ordinal);
    }

    [Fact]
    public void Failures_and_content_are_below_everything()
    {
        Assert.DoesNotContain(Arrows(), static a => a.From == "Runtime/Failures");
        Assert.DoesNotContain(Arrows(), static a => a.From == "Functions/Content");
    }

    [GeneratedRegex(@"^using (?:static )?(?:\w+ = )?WasmActors\.([\w.]+);")]
    private static partial Regex Using();

    private static string[] Listed(string file) =>
        [.. File.ReadAllLines(Path.Combine(Repository.Root, "tests", "Host", "Tidy", file)).Select(static l => l.Split('#')[0].Trim()).Where(static l => l.Length > 0)];

    private static IEnumerable<(string From, string To)> Arrows()
    {
        var files = s_projects.SelectMany(static p => SourceTree.Files($"src/{p}")).ToList();
        var folders = files.Select(static f => f.Folder["src/".Length..]).ToHashSet(StringComparer.Ordinal);
        return (from file in files
                from line in file.Lines
                let match = Using().Match(line)
                where match.Success
                let source = file.Folder["src/".Length..]
                let to = FolderOf(match.Groups[1].Value.Replace('.', '/'), folders)
                where to is not null && to != source && to.Split('/')[0] == source.Split('/')[0] // projects are kept apart by their references
                select (source, to)).Distinct().Order();
    }

    // A static using names a type in a folder.
    private static string? FolderOf(string name, HashSet<string> folders) =>
        folders.Contains(name) ? name : name.LastIndexOf('/') is > 0 and var slash && folders.Contains(name[..slash]) ? name[..slash] : null;

    // Folders that can reach each other.
    private static IEnumerable<HashSet<string>> Circles(List<(string From, string To)> arrows)
    {
        var reach = arrows.Select(static a => a.From).Distinct(StringComparer.Ordinal).ToDictionary(static f => f, f => Reach(f, arrows), StringComparer.Ordinal);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (string folder in reach.Keys)
        {
            if (reach[folder].Contains(folder) && seen.Add(folder))
            {
                var circle = reach[folder].Where(other => reach.TryGetValue(other, out var back) && back.Contains(folder)).ToHashSet(StringComparer.Ordinal);
                seen.UnionWith(circle);
                yield return circle;
            }
        }
    }

    private static HashSet<string> Reach(string from, List<(string From, string To)> arrows)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>([from]);
        while (open.TryPop(out string? folder))
        {
            foreach (var (_, to) in arrows.Where(a => a.From == folder))
            {
                if (found.Add(to))
                {
                    open.Push(to);
                }
            }
        }

        return found;
    }
}
