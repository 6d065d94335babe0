using WasmActors.Host.Cli;
using WasmActors.Runtime.Failures;

namespace WasmActors.Host.Tests.Cli;

public class ExitCodesTests
{
    [Theory]
    [InlineData(ErrorCode.ModuleInvalid, 65)]
    [InlineData(ErrorCode.ModuleUnreadable, 66)]
    [InlineData(ErrorCode.MissingImport, 69)]
    [InlineData(ErrorCode.ImportWrongKind, 69)]
    [InlineData(ErrorCode.ImportWrongType, 69)]
    [InlineData(ErrorCode.BadArguments, 2)]
    [InlineData(ErrorCode.ExportNotFound, 2)]
    [InlineData(ErrorCode.WasiBadConfiguration, 2)]
    [InlineData(ErrorCode.LimitExceeded, 71)]
    [InlineData(ErrorCode.FeatureNotAllowed, 71)]
    [InlineData(ErrorCode.DeadlineExceeded, 124)]
    [InlineData(ErrorCode.Cancelled, 130)]
    [InlineData(ErrorCode.HostException, 70)]
    [InlineData(ErrorCode.StoreLost, 70)]
    public void Each_class_of_errors_has_its_code(string code, int exitCode) =>
        Assert.Equal(exitCode, ExitCodes.Of(new WasmError(code, "message")));

    [Fact]
    public void Traps_cancellation_and_bugs_have_theirs()
    {
        Assert.Equal(134, ExitCodes.Of(new Trap(TrapCode.Unreachable)));
        Assert.Equal(134, ExitCodes.Of(new Trap("host")));
        Assert.Equal(130, ExitCodes.Of(new OperationCanceledException()));
        Assert.Equal(74, ExitCodes.Of(new IOException()));
        Assert.Equal(70, ExitCodes.Of(new InvalidOperationException()));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(255, 255)]
    [InlineData(256, 255)]
    [InlineData(257, 1)]
    [InlineData(-1, 255)]
    [InlineData(-256, 255)]
    [InlineData(int.MinValue, 255)]
    public void A_programs_status_is_a_success_only_if_it_is_zero(int status, int exitCode) => Assert.Equal(exitCode, ExitCodes.OfStatus(status));

    [Fact]
    public void No_code_is_listed_twice() => Assert.Distinct(ExitCodes.All.Select(static c => c.Code));
}
