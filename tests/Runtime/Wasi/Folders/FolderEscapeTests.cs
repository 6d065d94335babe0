using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Interop.Files;
using WasmActors.Runtime.Wasi;

namespace WasmActors.Runtime.Tests.Wasi.Folders;

/// <summary>Folders that must lie within another, against guests that rename and link what they may write.</summary>
public sealed class FolderEscapeTests : IDisposable
{
    private static readonly string[] s_names = ["sub", "a", "old", "l", "deep"];

    private readonly FolderWorld _world = new();

    public void Dispose() => _world.Dispose();

    [SkippableFact]
    public void In_ten_thousand_sequences_of_renames_links_and_grants_nothing_outside_is_read_or_written()
    {
        RequireLinux();
        var (granted, refused, escaped) = Run(10_000, bounded: true);

        Assert.Equal(0, escaped);
        Assert.InRange(granted, 1_000, int.MaxValue);
        Assert.InRange(refused, 1_000, int.MaxValue);
    }

    [SkippableFact]
    public void Without_the_bound_the_same_sequences_read_and_write_outside()
    {
        RequireLinux();
        Assert.InRange(Run(1_000, bounded: false).Escaped, 10, int.MaxValue);
    }

    [SkippableFact]
    public void A_link_and_dots_do_not_lead_out()
    {
        RequireLinux();
        using (var writer = new FolderGuest(Granted("")))
        {
            Assert.True(writer.Link("../private/deep", "l"));
        }

        var failure = Assert.Throws<WasmError>(() => new FolderGuest(Granted("l/..")));

        Assert.Equal(ErrorCode.WasiBadConfiguration, failure.Code);
        Assert.Contains("leads out of", failure.Message, StringComparison.Ordinal);
        Assert.Throws<WasmError>(() => new FolderGuest(Granted("../private")));
        Assert.Throws<WasmError>(() => new FolderGuest(Granted("a/../../private")));
        Assert.Throws<WasmError>(() => new FolderGuest(new PreopenedFolder(_world.Safe + "-not", "/data") { Within = _world.Safe }));
    }

    [SkippableFact]
    public void A_folder_that_was_replaced_by_a_link_is_not_followed_out()
    {
        RequireLinux();
        using var before = new FolderGuest(Granted("sub"));
        using (var writer = new FolderGuest(Granted("")))
        {
            Assert.True(writer.Rename("sub", "old"));
            Assert.True(writer.Link("../private", "sub"));
        }

        Assert.Throws<WasmError>(() => new FolderGuest(Granted("sub")));
        Assert.Equal("allowed", before.Read("note"));
    }

    [SkippableFact]
    public void Links_that_stay_within_are_followed()
    {
        RequireLinux();
        using (var writer = new FolderGuest(Granted("")))
        {
            Assert.True(writer.Link("../sub/deep", "a/l"));
        }

        using var reader = new FolderGuest(Granted("a/l/.."));
        Assert.Equal("allowed", reader.Read("deep/note"));
    }

    [SkippableFact]
    public async Task A_guest_that_swaps_a_folder_and_a_link_all_the_time_leads_nobody_out()
    {
        RequireLinux();
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(3));
        var swaps = Task.Run(() =>
        {
            using var writer = new FolderGuest(Granted(""));
            Assert.True(writer.Link("../private", "link"));
            while (!stop.IsCancellationRequested)
            {
                Assert.True(writer.Rename("sub", "real") && writer.Rename("link", "sub"));
                Assert.True(writer.Rename("sub", "link") && writer.Rename("real", "sub"));
            }
        });
        int opened = 0;
        while (!stop.IsCancellationRequested)
        {
            foreach (bool walk in (bool[])[false, true])
            {
                using var root = FolderHandle.Open(_world.Safe, out _)!;
                using var found = walk ? root.Walk("sub/./deep/..", out _) : root.OpenBeneath("sub/./deep/..", out _);
                if (found is not null)
                {
                    opened++;
                    Assert.Equal("allowed", await File.ReadAllTextAsync(Path.Combine(found.ProcPath, "note")));
                }
            }
        }

        await swaps;
        Assert.InRange(opened, 1, int.MaxValue);
    }

    [SkippableFact]
    public void Folders_stay_open_for_the_guest_and_are_closed_with_its_store()
    {
        RequireLinux();
        int before = Descriptors();
        for (int i = 0; i < 200; i++)
        {
            using var guest = new FolderGuest(Granted("sub/deep"));
            Assert.Throws<WasmError>(() => new FolderGuest(Granted("missing")));
            Assert.Throws<WasmError>(() => new FolderGuest(Granted("note")));
            if (i % 20 == 0)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }

            Assert.Equal("allowed", guest.Read("note"));
        }

        Assert.InRange(Descriptors(), 0, before + 50);
    }

    private static void RequireLinux() => Skip.IfNot(OperatingSystem.IsLinux(), "Folders within others are opened on Linux only.");

    private static int Descriptors() => Directory.GetFileSystemEntries("/proc/self/fd").Length;

    // The guest writes what it likes within the folder; grants are made of names, links and dots.
    private (int Granted, int Refused, int Escaped) Run(int sequences, bool bounded)
    {
        var random = new Random(20261130);
        var counts = (Granted: 0, Refused: 0, Escaped: 0);
        for (int i = 0; i < sequences; i++)
        {
            if (i % 8 == 0)
            {
                _world.Reset();
            }

            using (var writer = new FolderGuest(Granted("")))
            {
                for (int change = random.Next(1, 5); change > 0; change--)
                {
                    Change(writer, random);
                }
            }

            string path = Grant(random);
            if (bounded)
            {
                RequireSameByWalking(path);
            }

            switch (Use(path, bounded))
            {
                case null:
                    counts.Refused++;
                    break;
                case true:
                    counts.Escaped++;
                    _world.RemoveMarks();
                    break;
                default:
                    counts.Granted++;
                    break;
            }
        }

        return counts;
    }

    private void Change(FolderGuest writer, Random random)
    {
        switch (random.Next(4))
        {
            case 0:
                writer.Rename(Below(random), Below(random));
                break;
            case 1:
                writer.Make(Below(random));
                break;
            default:
                string name = Below(random);
                string[] targets =
                [
                    "..", "../private", "../private/deep", "../..", "../../private", "../safe-not", "../safe", "../safe/sub", "a/..", ".", "sub/deep",
                    "l", "old/..", _world.Path + "/private", _world.Safe, "/proc/self/root" + _world.Path, "/", "sub/../../private",
                ];
                string target = targets[random.Next(targets.Length)];
                if (!writer.Link(target, name))
                {
                    writer.Rename(name, Below(random));
                    writer.Link(target, name);
                }

                break;
        }
    }

    // Whether it got out; null where the folder was refused.
    private bool? Use(string path, bool bounded)
    {
        var folder = Granted(path);
        if (!bounded)
        {
            // As judging by text has it.
            string full = Path.GetFullPath(folder.HostPath);
            if (full != _world.Safe && !full.StartsWith(_world.Safe + "/", StringComparison.Ordinal))
            {
                return null;
            }

            folder = folder with { Within = null };
        }

        try
        {
            using var guest = new FolderGuest(folder);
            string?[] read = [guest.Read("note"), guest.Read("private/note"), guest.Read("deep/note"), guest.Read("../note"), guest.Read("l/note")];
            guest.Write(FolderWorld.Mark);
            guest.Write("deep/" + FolderWorld.Mark);
            return Array.Exists(read, static text => text == FolderWorld.Secret) || _world.IsMarked;
        }
        catch (WasmError refused) when (refused.Code == ErrorCode.WasiBadConfiguration)
        {
            return null;
        }
    }

    private void RequireSameByWalking(string path)
    {
        using var root = FolderHandle.Open(_world.Safe, out _)!;
        using var one = root.OpenBeneath(path, out var problem);
        using var other = root.Walk(path, out var walked);
        Assert.Equal((problem, one is null ? null : Target(one)), (walked, other is null ? null : Target(other)));
    }

    private static string? Target(FolderHandle folder) => new FileInfo(folder.ProcPath).LinkTarget;

    private PreopenedFolder Granted(string path) =>
        new(path.Length == 0 ? _world.Safe : $"{_world.Safe}/{path}", "/data", ReadOnly: false) { Within = _world.Safe };

    private static string Below(Random random) => random.Next(3) == 0 ? $"{Name(random)}/{Name(random)}" : Name(random);

    private static string Grant(Random random) => string.Join('/', Enumerable.Range(0, random.Next(1, 4)).Select(_ => random.Next(4) == 0 ? ".." : Name(random)));

    private static string Name(Random random) => s_names[random.Next(s_names.Length)];
}
