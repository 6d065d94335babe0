using CsCheck;
using WasmActors.Functions.Api;
using WasmActors.Functions.Catalogue;
using WasmActors.Functions.Tests.Support;
using WasmActors.Runtime.Failures;
using static WasmActors.Functions.Catalogue.CatalogueProtocol;

namespace WasmActors.Functions.Tests.Catalogue;

public class CatalogueProperties
{
    private static readonly Gen<string> s_name = Gen.Char['a', 'c'].Select(static c => c.ToString());
    private static readonly Gen<RollOut> s_rollOut = Gen.Bool.Select(static atOnce => atOnce ? RollOut.AtOnce : RollOut.WhenIdle);

    private static readonly Gen<Command> s_command = Gen.OneOf(
        Gen.Select(s_name, Gen.Char['a', 'f'], s_rollOut).Select(static Command (name, digest, rollOut) => Specs.Deploy(name, digest) with { RollOut = rollOut }),
        Gen.Select(s_name, Gen.Int[0, 9], s_rollOut).Select(static Command (name, number, rollOut) => new Activate(name, number == 0 ? null : number, rollOut)),
        s_name.Select(static Command (name) => new Delete(name)));

    [Fact]
    public void An_active_version_is_always_among_those_that_are_kept() => s_command.List[0, 80].Sample(commands =>
    {
        foreach (var state in States(commands))
        {
            foreach (var entry in state.ChangedAfter(0))
            {
                Assert.True(entry.IsDeleted ? entry.Versions.IsEmpty : entry.ActiveVersion is not null);
                Assert.True(entry.Versions.All(v => v.Number <= entry.LastNumber));
                Assert.Equal(entry.Versions.Select(v => v.Number).Order().Distinct(), entry.Versions.Select(v => v.Number));
                Assert.True(entry.Revision <= state.Revision && entry.ChangeOver <= entry.Revision);
            }
        }
    });

    [Fact]
    public void Whoever_follows_with_some_changes_lost_ends_with_what_the_writer_has() =>
        Gen.Select(s_command.List[0, 60], Gen.Bool.Array[60], Gen.Int[1, 4]).Sample((commands, lost, page) =>
        {
            var catalogue = new FunctionCatalogue();
            long before = 0;
            int i = 0;
            var state = CatalogueState.Empty;
            foreach (var next in States(commands))
            {
                state = next;
                if (!lost[i++])
                {
                    catalogue.Apply(Changes(state, before, page)); // told; may leave a gap
                }

                before = state.Revision;
            }

            for (int round = 0; round < 200 && catalogue.Revision < state.Revision; round++)
            {
                Assert.True(catalogue.Apply(Changes(state, catalogue.Revision, page))); // asked for
            }

            Assert.Equal(state.Revision, catalogue.Revision);
            Assert.Equal(
                state.ChangedAfter(0).Where(e => !e.IsDeleted).OrderBy(e => e.Name, StringComparer.Ordinal),
                catalogue.List());
        });

    private static Changes Changes(CatalogueState state, long since, int page)
    {
        var entries = state.ChangedAfter(since).Take(page).ToList();
        bool more = state.ChangedAfter(since).Skip(page).Any();
        return new Changes(since, more ? entries[^1].Revision : state.Revision, more, StartsOver: false, entries);
    }

    private static IEnumerable<CatalogueState> States(IEnumerable<Command> commands)
    {
        var state = CatalogueState.Empty;
        foreach (var command in commands)
        {
            CatalogueEvent? happened;
            try
            {
                happened = state.Decide(command, Specs.Now, 100);
            }
            catch (WasmError)
            {
                continue; // refused: nothing happens
            }

            if (happened is not null)
            {
                state = state.Apply(happened);
                yield return state;
            }
        }
    }
}
