using WasmActors.Host.Cli;
using WasmActors.Host.Cli.Output;
using WasmActors.Host.Cli.Running;

namespace WasmActors.Host.Tests.Cli.Running;

public class GuestArgumentsTests
{
    private readonly RunCommand _run = new(Terminal.OfWriters(TextWriter.Null, TextWriter.Null));

    [Theory]
    [InlineData("run a.wasm x y", "run a.wasm -- x y")]
    [InlineData("run a.wasm --help -x", "run a.wasm -- --help -x")]
    [InlineData("run a.wasm -5 3", "run a.wasm -- -5 3")]
    [InlineData("run --invoke add a.wasm -5 3", "run --invoke add a.wasm -- -5 3")]
    [InlineData("run a.wasm --invoke add -5 3", "run a.wasm --invoke add -- -5 3")]
    [InlineData("run a.wasm --invoke=add --fuel 5 -5 3", "run a.wasm --invoke=add --fuel 5 -- -5 3")]
    [InlineData("run --env A=B -v a.wasm --no-cache x --env C=D", "run --env A=B -v a.wasm --no-cache -- x --env C=D")]
    [InlineData("run a.wasm -v", "run a.wasm -- -v")]
    [InlineData("run a.wasm x -- y", "run a.wasm -- x -- y")]
    public void The_first_token_after_the_file_that_is_no_option_of_run_begins_the_guests_arguments(string line, string separated) =>
        Assert.Equal(separated, Separate(line));

    [Theory]
    [InlineData("run a.wasm")]
    [InlineData("run a.wasm --invoke add")]
    [InlineData("run a.wasm -- --invoke x")]
    [InlineData("run a.wasm --no-cache -- -- x")]
    [InlineData("run -- --weird.wasm x")]
    [InlineData("run --help")]
    [InlineData("run a.wasm --timeout")]
    [InlineData("run")]
    [InlineData("inspect a.wasm -o json")]
    public void Nothing_is_changed_where_there_is_nothing_to_separate(string line) => Assert.Equal(line, Separate(line));

    private string Separate(string line) => string.Join(' ', GuestArguments.Separate(line.Split(' '), _run));
}
