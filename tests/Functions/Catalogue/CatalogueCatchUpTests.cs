using CsCheck;
using WasmActors.Functions.Catalogue;
using WasmActors.Functions.Tests.Support;
using static WasmActors.Functions.Catalogue.CatalogueProtocol;

namespace WasmActors.Functions.Tests.Catalogue;

public class CatalogueCatchUpTests
{
    private readonly FunctionCatalogue _catalogue = new();
    private readonly CatalogueCatchUp _catchUp;
    private CatalogueState _writer = CatalogueState.Empty;

    public CatalogueCatchUpTests() => _catchUp = new CatalogueCatchUp(_catalogue);

    [Fact]
    public void A_message_that_answers_no_open_question_leads_to_no_question()
    {
        Deploy("a", "b", "c", "d");
        long asked = _catchUp.Ask().Revision;
        var answer = Page(asked, 2);

        Assert.True(_catchUp.Take(answer));
        Assert.False(_catchUp.Take(answer)); // the answer to a question that was repeated
        asked = _catchUp.Ask().Revision;
        Assert.Equal(2, asked);
        Assert.False(_catchUp.Take(answer));
        Assert.False(_catchUp.Take(Page(asked, 2)));
        Assert.Equal(4, _catalogue.Revision);
    }

    [Fact]
    public void An_announcement_while_parts_are_awaited_leads_to_no_question()
    {
        Deploy("a", "b", "c", "d");
        Assert.True(_catchUp.Take(Page(_catchUp.Ask().Revision, 2)));
        long asked = _catchUp.Ask().Revision;
        Deploy("a");

        Assert.False(_catchUp.Take(Announcement()));
        Assert.False(_catalogue.Known.IsCompleted);
        Assert.False(_catchUp.Take(Page(asked, 9)));
        Assert.Equal(5, _catalogue.Revision);
    }

    [Fact]
    public void A_function_that_changes_meanwhile_is_never_missing()
    {
        Deploy("a", "b", "c");
        Assert.False(_catchUp.Take(Page(_catchUp.Ask().Revision, 9)));
        Deploy("new", "d", "e");
        Assert.True(_catchUp.Take(Page(_catchUp.Ask().Revision, 2)));
        Deploy("new"); // its revision is now beyond the parts that were sent

        Assert.Equal(3, _catalogue.Revision); // not yet 5, which had it
        Assert.False(_catchUp.Take(Page(_catchUp.Ask().Revision, 9)));
        Assert.Equal(7, _catalogue.Revision);
        Assert.NotNull(_catalogue.Find("new"));
    }

    [Fact]
    public void An_announcement_after_one_that_was_lost_leads_to_one_question()
    {
        Assert.False(_catchUp.Take(Page(_catchUp.Ask().Revision, 9)));
        Deploy("a", "b");

        Assert.True(_catchUp.Take(Announcement()));
        long asked = _catchUp.Ask().Revision;
        Deploy("c");
        Assert.False(_catchUp.Take(Announcement()));
        Assert.False(_catchUp.Take(Page(asked, 9)));
        Assert.Equal(3, _catalogue.Revision);
    }

    [Fact]
    public void A_catalogue_that_starts_over_is_exchanged_at_once()
    {
        Deploy("a", "b", "c", "d");
        Assert.False(_catchUp.Take(Page(_catchUp.Ask().Revision, 9)));
        _writer = CatalogueState.Empty; // an older database took the place of the other
        Deploy("b", "x");
        var answer = Page(_catchUp.Ask().Revision, 1);

        Assert.True(answer.StartsOver);
        Assert.True(_catchUp.Take(answer));
        Assert.Equal(["a", "b", "c", "d"], _catalogue.List().Select(e => e.Name), StringComparer.Ordinal);
        long asked = _catchUp.Ask().Revision;
        Assert.False(_catchUp.Take(answer)); // once more
        Assert.False(_catchUp.Take(Page(asked, 9)));
        Assert.Equal(["b", "x"], _catalogue.List().Select(e => e.Name), StringComparer.Ordinal);
    }

    [Fact]
    public void Whatever_is_lost_late_or_repeated_a_follower_ends_with_what_the_writer_has_and_one_question_is_open() =>
        Gen.Select(Gen.Int[0, 5], Gen.Int[0, 9], Gen.Int[1, 3]).Array[0, 120].Sample(steps =>
        {
            var catalogue = new FunctionCatalogue();
            var catchUp = new CatalogueCatchUp(catalogue);
            var writer = CatalogueState.Empty;
            var questions = new Queue<Follow>([catchUp.Ask()]);
            var messages = new List<Changes>();
            foreach (var (kind, choice, page) in steps)
            {
                switch (kind)
                {
                    case 0 or 1:
                        long before = writer.Revision;
                        var happened = writer.Decide(Specs.Deploy($"f{choice}", label: $"v{before}"), Specs.Now, 100)!;
                        writer = writer.Apply(happened);
                        messages.Add(new Changes(before, writer.Revision, false, false, [writer.Find(happened.Subject)!]));
                        break;
                    case 2 when questions.TryDequeue(out var question):
                        messages.Add(Page(writer, question.Revision, page));
                        break;
                    case 3 when messages.Count > 0: // any of them arrives, and may arrive again
                        var message = messages[choice % messages.Count];
                        if (choice % 3 > 0)
                        {
                            messages.Remove(message);
                        }

                        if (catchUp.Take(message))
                        {
                            questions.Enqueue(catchUp.Ask());
                        }

                        break;
                    case 4 when messages.Count > 0:
                        messages.RemoveAt(choice % messages.Count);
                        break;
                    case 5: // the timer
                        questions.Enqueue(catchUp.Ask());
                        break;
                }
            }

            int asked = 0;
            var open = catchUp.Ask();
            while (catchUp.Take(Page(writer, open.Revision, 2)))
            {
                open = catchUp.Ask();
                Assert.True(++asked <= 10);
            }

            Assert.Equal(writer.Revision, catalogue.Revision);
            Assert.Equal(writer.ChangedAfter(0).OrderBy(e => e.Name, StringComparer.Ordinal), catalogue.List());
        });

    private void Deploy(params string[] names)
    {
        foreach (string name in names)
        {
            _writer = _writer.Apply(_writer.Decide(Specs.Deploy(name, label: $"v{_writer.Revision}"), Specs.Now, 100)!);
        }
    }

    private Changes Announcement() => new(_writer.Revision - 1, _writer.Revision, false, false, [_writer.ChangedAfter(_writer.Revision - 1).Single()]);

    private Changes Page(long since, int size) => Page(_writer, since, size);

    // As the writer sends them, but of a number of entries.
    private static Changes Page(CatalogueState writer, long since, int size)
    {
        bool startsOver = since > writer.Revision;
        since = startsOver ? 0 : since;
        var entries = writer.ChangedAfter(since).Take(size).ToList();
        bool more = writer.ChangedAfter(since).Skip(size).Any();
        return new Changes(since, more ? entries[^1].Revision : writer.Revision, more, startsOver, entries);
    }
}
