using WasmActors.Conformance.Reports;

namespace WasmActors.Conformance.Tests.Reports;

/// <summary>A known limit excuses what it names, and nothing else.</summary>
public sealed class KnownLimitsTests
{
    private static readonly FormResult s_failure = new(7, "assert_invalid", Outcome.Failed, "an invalid module", "the module was accepted", null);

    [Theory]
    [InlineData("branch.wast", null, null, null, true)]
    [InlineData("suite/branch.wast", null, null, null, true)]
    [InlineData("suite/", null, null, null, true)]
    [InlineData(null, null, null, "accepted", true)]
    [InlineData("branch.wast", "assert_invalid", 7, "accepted", true)]
    [InlineData("ranch.wast", null, null, null, false)]
    [InlineData("uite/", null, null, null, false)]
    [InlineData("branch.wast", "assert_malformed", null, null, false)]
    [InlineData("branch.wast", null, 8, null, false)]
    [InlineData("branch.wast", null, null, "refused", false)]
    public void A_limit_excuses_what_it_names(string? file, string? form, int? line, string? actual, bool excused)
    {
        var limits = new KnownLimits([new KnownLimit { File = file, Form = form, Lines = line is { } l ? [l] : null, Actual = actual, Reason = "why", Evidence = "how" }]);

        var result = limits.Apply("/home/suite/branch.wast", s_failure);

        Assert.Equal(excused ? (Outcome.Skipped, "why") : (Outcome.Failed, null), (result.Outcome, result.Reason));
    }

    [Fact]
    public void Every_limit_says_why_and_how_we_know()
    {
        Assert.NotEmpty(KnownLimits.Carried.All);
        Assert.All(KnownLimits.Carried.All, static limit =>
        {
            Assert.NotEmpty(limit.Reason);
            Assert.NotEmpty(limit.Evidence);
            Assert.True((limit.File ?? limit.Actual) is not null, "A limit names a file or what came instead.");
        });
    }
}
