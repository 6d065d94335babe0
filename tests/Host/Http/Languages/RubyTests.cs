namespace WasmActors.Host.Tests.Http.Languages;

/// <summary>Ruby 3.4 as functions of a host with default settings: npm's interpreter with <c>samples/guests/ruby</c>.</summary>
public sealed class RubyTests(RubyHost host) : IClassFixture<RubyHost>
{
    [SkippableFact]
    public async Task A_stateless_function_evaluates_code_and_forgets_it()
    {
        Skip.If(host.MissingBecause is not null, host.MissingBecause);

        (await host.EvalAsync("ruby-stateless", "RUBY_VERSION[/^\\d+\\.\\d+/]")).Is(200, "3.4");
        (await host.EvalAsync("ruby-stateless", "$seen = 'äöü'.chars.each_slice(2).map(&:join).sort")).Is(200, """["äö", "ü"]""");
        (await host.EvalAsync("ruby-stateless", "$seen.inspect")).Is(200, "nil");
    }

    [SkippableFact]
    public async Task A_keyed_function_keeps_an_interpreter_for_each_key()
    {
        Skip.If(host.MissingBecause is not null, host.MissingBecause);
        const string Define = """
            class Cart
              def initialize = @items = Hash.new(0)
              def add(name, count) = (@items[name] += count)
              def total = @items.sum { |_, count| count }
            end
            $cart = Cart.new
            """;

        foreach (var (key, count) in ((string, int)[])[("a", 3), ("b", 40)])
        {
            (await host.EvalAsync($"ruby-keyed/keys/{key}", Define)).Is(200);
            (await host.EvalAsync($"ruby-keyed/keys/{key}", $"$cart.add('pear', {count})")).Is(200, $"{count}");
        }

        (await host.EvalAsync("ruby-keyed/keys/a", "$cart.add('plum', 4)")).Is(200, "4");
        (await host.EvalAsync("ruby-keyed/keys/a", "$cart.total")).Is(200, "7");
        (await host.EvalAsync("ruby-keyed/keys/b", "$cart.total")).Is(200, "40");
    }

    [SkippableFact]
    public async Task An_exception_fails_the_call_with_its_message_and_the_interpreter_lives_on()
    {
        Skip.If(host.MissingBecause is not null, host.MissingBecause);
        (await host.EvalAsync("ruby-keyed/keys/brave", "$n = 41; def depth(n) = n.zero? ? 0 : 1 + depth(n - 1)")).Is(200);

        var failed = (await host.EvalAsync("ruby-keyed/keys/brave", "raise ArgumentError, 'no such cart'")).IsFailure(422, "trap.unreachable");

        Assert.Contains("no such cart (ArgumentError)", failed.Json.GetProperty("stderr").GetString(), StringComparison.Ordinal);
        Assert.Contains("undefined method 'to_s'", (await host.EvalAsync("ruby-keyed/keys/brave", "BasicObject.new")).IsFailure(422, "trap.unreachable").Text, StringComparison.Ordinal);
        Assert.Contains("syntax error", (await host.EvalAsync("ruby-keyed/keys/brave", "1 +")).IsFailure(422, "trap.unreachable").Text, StringComparison.Ordinal);
        (await host.EvalAsync("ruby-keyed/keys/brave", "begin; Integer('x'); rescue ArgumentError; $n + 1; end")).Is(200, "42");
        (await host.EvalAsync("ruby-keyed/keys/brave", "depth(500)")).Is(200, "500");
        (await host.EvalAsync("ruby-keyed/keys/brave", "Fiber.new { Fiber.yield 1; 2 }.then { |f| f.resume + f.resume }")).Is(200, "3");
    }

    [SkippableFact]
    public async Task Much_output_and_many_calls_leave_no_memory_behind()
    {
        Skip.If(host.MissingBecause is not null, host.MissingBecause);
        string text = new('x', 100_000);

        for (int i = 0; i < 200; i++)
        {
            var answer = await host.EvalAsync("ruby-keyed/keys/much", $"'{text}'.upcase");
            Assert.Equal(text.Length, answer.Is(200).Text.Length);
        }
    }
}
