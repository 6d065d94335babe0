using System.Reflection;
using WasmActors.Functions.Api;
using WasmActors.Host.Contracts;
using WasmActors.Host.Tests.Http;
using WasmActors.Runtime.Failures;

namespace WasmActors.Host.Tests.Contracts;

public class FailureStatusTests
{
    // What calls of handles and of Runtime answer, and deployed functions do not.
    private static readonly string[] s_notOverHttp =
    [
        "module.gone", "link.needs_preemptive", "link.duplicate_definition", "value.wrong_type", "memory.out_of_range", "memory.grow_failed", "memory.bad_text",
        "table.out_of_range", "table.grow_failed", "global.immutable", "store.in_use", "store.wrong_store", "host.bad_signature", "caller.gone",
        "thread.stack_too_small",
    ];

    public static TheoryData<string> Codes =>
        [.. ConstantsOf(typeof(ErrorCode)).Concat(ConstantsOf(typeof(FunctionErrorCode))).Except(s_notOverHttp, StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Codes))]
    public void The_table_has_every_failure_of_the_library_with_its_status(string code)
    {
        var row = DocumentedFailures.Of(code);

        Assert.Equal(FailureStatus.Of(code), row.Status);
        Assert.Equal(FailureStatus.MayHaveRun(code, isCall: true), row.MayHaveRun ?? false);
        Assert.Equal(FailureStatus.MayHaveRun(code, isCall: false), row.MayHaveRun ?? true);
    }

    [Fact]
    public void The_table_has_every_failure_of_the_API_and_nothing_else()
    {
        var own = ConstantsOf(typeof(ApiErrorCode)).ToArray();

        // Of those that are left out, each problem says it itself.
        Assert.All(own.Where(static c => c is not (ApiErrorCode.ExitStatus or ApiErrorCode.Busy)), static code =>
            Assert.Equal(FailureStatus.MayHaveRun(code, isCall: false), DocumentedFailures.Of(code).MayHaveRun ?? true));
        Assert.Equal(
            own.Concat(((IEnumerable<object[]>)Codes).Select(static c => (string)c[0])).Append("trap.*").Order(StringComparer.Ordinal),
            DocumentedFailures.Rows.Keys.Order(StringComparer.Ordinal));
    }

    private static IEnumerable<string> ConstantsOf(Type type) =>
        type.GetFields(BindingFlags.Public | BindingFlags.Static).Select(static f => (string)f.GetRawConstantValue()!);
}
