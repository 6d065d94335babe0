using WasmActors.Functions.Api;
using WasmActors.Functions.Catalogue;
using WasmActors.Functions.Tests.Support;
using WasmActors.Runtime.Failures;
using static WasmActors.Functions.Catalogue.CatalogueProtocol;

namespace WasmActors.Functions.Tests.Catalogue;

public class CatalogueStateTests
{
    private const int Most = 100;

    private CatalogueState _state = CatalogueState.Empty;

    [Fact]
    public void The_first_deployment_is_version_1_and_active()
    {
        Do(Specs.Deploy("fib"));

        var entry = _state.Find("fib")!;
        Assert.Equal(1, entry.Active);
        Assert.Equal("fib", entry.ActiveVersion!.Spec.Name);
        Assert.Equal(Specs.Now, entry.ActiveVersion.DeployedAt);
        Assert.Equal(1, _state.Revision);
    }

    [Fact]
    public void Another_deployment_is_the_next_version_and_the_first_is_kept()
    {
        Do(Specs.Deploy("fib"));
        Do(Specs.Deploy("fib", digest: 'b'));

        Assert.Equal(2, _state.Find("fib")!.Active);
        Assert.Equal([1, 2], _state.Find("fib")!.Versions.Select(v => v.Number));
    }

    [Fact]
    public void The_same_deployment_again_changes_nothing()
    {
        Do(Specs.Deploy("fib"));

        Assert.Null(_state.Decide(Specs.Deploy("fib"), Specs.Now, Most));
        Assert.NotNull(_state.Decide(Specs.Deploy("fib", label: "v2"), Specs.Now, Most));
    }

    [Fact]
    public void A_deployment_that_expects_another_active_version_is_refused()
    {
        Do(Specs.Deploy("fib"));

        Refused(FunctionErrorCode.Conflict, Specs.Deploy("fib", digest: 'b') with { ExpectedActive = 0 });
        Refused(FunctionErrorCode.Conflict, Specs.Deploy("other") with { ExpectedActive = 1 });
        Do(Specs.Deploy("fib", digest: 'b') with { ExpectedActive = 1 });
        Do(Specs.Deploy("other") with { ExpectedActive = 0 });
    }

    [Fact]
    public void A_rollback_goes_to_the_version_before_the_active_one()
    {
        Do(Specs.Deploy("fib"));
        Do(Specs.Deploy("fib", digest: 'b'));
        Do(Specs.Deploy("fib", digest: 'c'));

        Do(new Activate("fib", null, RollOut.WhenIdle));
        Assert.Equal(2, _state.Find("fib")!.Active);
        Do(new Activate("fib", null, RollOut.WhenIdle));
        Assert.Equal(1, _state.Find("fib")!.Active);
        Assert.Contains("no version before 1", Refused(FunctionErrorCode.VersionNotFound, new Activate("fib", null, RollOut.WhenIdle)).Message, StringComparison.Ordinal);
        Do(new Activate("fib", 3, RollOut.WhenIdle));
        Assert.Equal(3, _state.Find("fib")!.Active);
    }

    [Fact]
    public void A_version_that_is_not_there_cannot_be_activated()
    {
        Do(Specs.Deploy("fib"));

        Assert.Contains("it has 1", Refused(FunctionErrorCode.VersionNotFound, new Activate("fib", 7, RollOut.WhenIdle)).Message, StringComparison.Ordinal);
        Refused(FunctionErrorCode.NotFound, new Activate("other", 1, RollOut.WhenIdle));
        Assert.Null(_state.Decide(new Activate("fib", 1, RollOut.WhenIdle), Specs.Now, Most));
    }

    [Fact]
    public void A_version_after_a_rollback_has_a_number_of_its_own()
    {
        Do(Specs.Deploy("fib"));
        Do(Specs.Deploy("fib", digest: 'b'));
        Do(new Activate("fib", 1, RollOut.WhenIdle));
        Do(Specs.Deploy("fib", digest: 'c'));

        Assert.Equal(3, _state.Find("fib")!.Active);
    }

    [Fact]
    public void What_was_deleted_is_unknown_and_its_numbers_are_not_used_again()
    {
        Do(Specs.Deploy("fib"));
        Do(Specs.Deploy("fib", digest: 'b'));
        Do(new Delete("fib"));

        Assert.True(_state.Find("fib")!.IsDeleted);
        Assert.Null(_state.Find("fib")!.ActiveVersion);
        Refused(FunctionErrorCode.NotFound, new Delete("fib"));
        Refused(FunctionErrorCode.NotFound, new Activate("fib", 1, RollOut.WhenIdle));
        Do(Specs.Deploy("fib"));
        Assert.Equal(3, _state.Find("fib")!.Active);
        Assert.Equal([3], _state.Find("fib")!.Versions.Select(v => v.Number));
    }

    [Fact]
    public void Of_many_versions_the_oldest_go()
    {
        for (int i = 0; i < FunctionEntry.MaxVersions + 3; i++)
        {
            Do(Specs.Deploy("fib", label: $"v{i}"));
        }

        Assert.Equal(Enumerable.Range(4, FunctionEntry.MaxVersions), _state.Find("fib")!.Versions.Select(v => v.Number));
    }

    [Fact]
    public void Stores_change_over_after_the_last_change_that_asked_for_it_at_once_or_a_deletion()
    {
        Do(Specs.Deploy("fib"));
        Assert.Equal(0, _state.Find("fib")!.ChangeOver);
        Do(Specs.Deploy("fib", digest: 'b') with { RollOut = RollOut.AtOnce });
        Do(Specs.Deploy("fib", digest: 'c'));
        Assert.Equal(2, _state.Find("fib")!.ChangeOver);
        Do(new Activate("fib", 1, RollOut.AtOnce));
        Assert.Equal(4, _state.Find("fib")!.ChangeOver);
        Do(new Delete("fib"));
        Do(Specs.Deploy("fib"));
        Assert.Equal(5, _state.Find("fib")!.ChangeOver);
    }

    [Fact]
    public void A_lost_event_is_not_passed_over()
    {
        Do(Specs.Deploy("fib"));

        var third = new CatalogueEvent.Deleted(3, "fib");
        Assert.Equal(FunctionErrorCode.CatalogueUnavailable, Assert.Throws<WasmError>(() => _state.Apply(third)).Code);
        var stranger = new CatalogueEvent.Deleted(2, "stranger");
        Assert.Equal(FunctionErrorCode.CatalogueUnavailable, Assert.Throws<WasmError>(() => _state.Apply(stranger)).Code);
    }

    [Fact]
    public void A_specification_that_would_not_fit_into_a_message_is_refused()
    {
        var grants = new FunctionGrants { Environment = new FunctionGrants().Environment.Add("LONG", new string('x', FunctionSpec.MaxBytes)) };
        var deploy = Specs.Deploy("fib");

        Refused(FunctionErrorCode.BadSpec, deploy with { Spec = deploy.Spec with { Grants = grants } });
    }

    [Fact]
    public void No_more_functions_are_deployed_than_are_allowed()
    {
        for (int i = 0; i < Most; i++)
        {
            Do(Specs.Deploy($"f{i}"));
        }

        Assert.Contains("has 100 functions; allowed are 100", Refused(FunctionErrorCode.TooMany, Specs.Deploy("another")).Message, StringComparison.Ordinal);
        Do(Specs.Deploy("f7", digest: 'b')); // a version of one that is there
        Do(new Delete("f7"));
        Do(Specs.Deploy("another"));
    }

    private void Do(Command command) => _state = _state.Apply(_state.Decide(command, Specs.Now, Most)!);

    private WasmError Refused(string code, Command command)
    {
        var error = Assert.Throws<WasmError>(() => _state.Decide(command, Specs.Now, Most));
        Assert.Equal(code, error.Code);
        return error;
    }
}
