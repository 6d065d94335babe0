using CsCheck;
using WasmActors.Functions.Api;
using WasmActors.Functions.Catalogue;
using WasmActors.Functions.Tests.Support;
using WasmActors.Runtime.Failures;
using static WasmActors.Functions.Catalogue.CatalogueProtocol;

namespace WasmActors.Functions.Tests.Catalogue;

/// <summary>Journals in which two writers gave one revision, and others that are damaged.</summary>
public class CatalogueReplayTests
{
    [Fact]
    public void Two_changes_under_one_revision_are_both_kept_and_reported()
    {
        var replay = Replay(Deployed(1, "one", 1), Deployed(2, "lost", 1), Deployed(2, "two", 1), Deployed(3, "three", 1));

        Assert.Equal((2, 2), (replay.Repeated, replay.FirstRepeated));
        Assert.Equal(["three", "two"], replay.RepeatedNames);
        replay.Seal();
        Assert.Equal(["one", "lost", "two", "three"], replay.State.ChangedAfter(0).Select(e => e.Name), StringComparer.Ordinal);
    }

    [Fact]
    public void Two_versions_of_one_number_get_two_numbers_and_a_rollback_finds_the_one_that_was_meant()
    {
        var replay = Replay(
            Deployed(1, "fib", 1, 'a'),
            Deployed(2, "fib", 2, 'b'), // its writer was lost sight of
            Deployed(2, "fib", 2, 'c'),
            Deployed(3, "fib", 3, 'd'),
            new CatalogueEvent.Activated(4, "fib", 2, RollOut.WhenIdle));

        var entry = replay.State.Find("fib")!;
        Assert.Equal([(1, 'a'), (2, 'b'), (3, 'c'), (4, 'd')], entry.Versions.Select(v => (v.Number, v.Spec.ModuleDigest[0])));
        Assert.Equal('c', entry.ActiveVersion!.Spec.ModuleDigest[0]);
        Assert.Equal(4, entry.LastNumber);
    }

    [Fact]
    public void A_version_that_was_activated_by_who_did_not_know_of_the_deletion_is_deployed_again()
    {
        var replay = Replay(
            Deployed(1, "fib", 1, 'a'),
            Deployed(2, "fib", 2, 'b'),
            new CatalogueEvent.Deleted(3, "fib"),
            new CatalogueEvent.Activated(3, "fib", 1, RollOut.WhenIdle));

        var entry = replay.State.Find("fib")!;
        Assert.Equal('a', entry.ActiveVersion!.Spec.ModuleDigest[0]);
        Assert.Equal(3, entry.Active);
    }

    [Fact]
    public void Whatever_changed_since_the_first_repeated_revision_is_news_for_every_follower()
    {
        var replay = Replay(Deployed(1, "one", 1), Deployed(2, "lost", 1), Deployed(2, "two", 1), Deployed(3, "three", 1));
        replay.Seal();

        // A follower has heard of as much as was ever numbered, 3, and lacks what was lost.
        Assert.Equal(["lost", "two", "three"], replay.State.ChangedAfter(3).Select(e => e.Name), StringComparer.Ordinal);
    }

    [Fact]
    public void A_writer_that_has_read_everything_ends_the_part_with_repeated_revisions()
    {
        CatalogueEvent[] damaged = [Deployed(1, "fib", 1), Deployed(2, "fib", 2, 'b'), Deployed(2, "fib", 2, 'c')];
        var first = Replay(damaged);
        first.Seal();
        var replay = Replay(damaged);
        replay.Apply(new CatalogueOpened(1, first.State.Revision, "a", 1));

        Assert.Equal(0, replay.Repeated);
        Assert.Equal((1, "a"), (replay.Epoch, replay.Writer));
        Assert.Equal(FunctionErrorCode.CatalogueUnavailable, Assert.Throws<WasmError>(() => replay.Apply(Deployed(2, "fib", 3))).Code);
        replay.Apply(new CatalogueEvent.Activated(first.State.Revision + 1, "fib", 2, RollOut.WhenIdle));
        Assert.Equal('b', replay.State.Find("fib")!.ActiveVersion!.Spec.ModuleDigest[0]); // 2 means the version that has this number now
    }

    [Fact]
    public void A_missing_event_is_not_passed_over()
    {
        var replay = Replay(Deployed(1, "one", 1));
        Assert.Throws<WasmError>(() => replay.Apply(Deployed(3, "three", 1)));
        Assert.Throws<WasmError>(() => replay.Apply(new CatalogueOpened(1, 2, "a", 0)));
        Assert.Throws<WasmError>(() => replay.Apply(new CatalogueOpened(2, 1, "a", 0)));
        replay.Apply(new CatalogueOpened(1, 1, "a", 0));
        Assert.Throws<WasmError>(() => replay.Apply(new CatalogueEvent.Activated(2, "one", 9, RollOut.WhenIdle)));
    }

    /// <summary>Writers that each see a part of the journal, as Akka's replay filter made them: nothing that any of
    /// them stored is lost.</summary>
    [Fact]
    public void Of_writers_that_do_not_see_each_other_nothing_is_lost() => Gen.Select(Gen.Int[0, 2], Gen.Char['a', 'c'], Gen.Int[0, 9], Gen.Bool).Array[0, 60].Sample(steps =>
    {
        var seen = Enumerable.Range(0, 3).Select(_ => CatalogueState.Empty).ToArray();
        var journal = new List<CatalogueEvent>();
        char digest = 'a';
        foreach (var (writer, name, kind, catchesUp) in steps)
        {
            if (catchesUp)
            {
                seen[writer] = seen.MaxBy(s => s.Revision)!; // it starts again and reads what the filter lets through
            }

            Command command = kind switch
            {
                < 6 => Specs.Deploy($"{name}", digest = digest == 'f' ? 'a' : (char)(digest + 1), $"v{journal.Count}"),
                < 8 => new Activate($"{name}", null, RollOut.AtOnce),
                _ => new Delete($"{name}"),
            };
            try
            {
                if (seen[writer].Decide(command, Specs.Now, 100) is { } happened)
                {
                    seen[writer] = seen[writer].Apply(happened);
                    journal.Add(happened);
                }
            }
            catch (WasmError)
            {
                // This writer rejects it.
            }
        }

        var replay = Replay([.. journal]);
        Assert.Equal(journal.Count, replay.State.Revision);
        replay.Seal();
        foreach (var last in journal.GroupBy(e => e.Subject, StringComparer.Ordinal).Select(g => g.Last()))
        {
            var entry = replay.State.Find(last.Subject)!;
            Assert.Equal(last is CatalogueEvent.Deleted, entry.IsDeleted);
            Assert.True(entry.IsDeleted || entry.ActiveVersion is not null);
            Assert.Equal(entry.Versions.Select(v => v.Number).Order().Distinct(), entry.Versions.Select(v => v.Number));
            if (last is CatalogueEvent.Deployed deployed)
            {
                Assert.Equal(deployed.Version.Spec, entry.ActiveVersion!.Spec);
            }
        }
    });

    private static CatalogueReplay Replay(params CatalogueEvent[] journal)
    {
        var replay = new CatalogueReplay();
        foreach (var happened in journal)
        {
            replay.Apply(happened);
        }

        return replay;
    }

    private static CatalogueEvent.Deployed Deployed(long revision, string name, int number, char digest = 'a') =>
        new(revision, new FunctionVersion(number, Specs.Now, Specs.Spec(name, digest)), RollOut.WhenIdle);
}
