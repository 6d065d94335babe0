using System.Globalization;
using System.Text;

namespace WasmActors.Host.Tests.Http;

[Collection(OpenHost.Name)]
public class CallTests(OpenHost host)
{
    [Theory]
    [InlineData("i32", "[-2147483648]", "[-2147483648]")]
    [InlineData("i32", "[4294967295]", "[-1]")]
    [InlineData("i32", "[\"0xff\"]", "[255]")]
    [InlineData("i64", "[9007199254740993]", "[\"9007199254740993\"]")]
    [InlineData("i64", "[\"18446744073709551615\"]", "[\"-1\"]")]
    [InlineData("i64", "[-9223372036854775808]", "[\"-9223372036854775808\"]")]
    [InlineData("f32", "[0.1]", "[0.1]")]
    [InlineData("f32", "[\"NaN\"]", "[\"NaN\"]")]
    [InlineData("f64", "[1e308]", "[1E+308]")]
    [InlineData("f64", "[\"-Infinity\"]", "[\"-Infinity\"]")]
    [InlineData("f64", "[\"nan:0x4\"]", "[\"nan:0x4\"]")]
    [InlineData("f64", "[-0.0]", "[-0]")]
    [InlineData("v128", "[\"i32x4:1,2,3,4\"]", "[\"0x00000004000000030000000200000001\"]")]
    [InlineData("two", null, "[1,\"2\"]")]
    [InlineData("none", null, "[]")]
    [InlineData("none", "[]", "[]")]
    [InlineData("add", " [ 40 , \"2\" ] ", "[42]")]
    public async Task Numbers_of_every_type_go_in_and_come_out(string export, string? arguments, string results)
    {
        await host.DeployAsync("numbers", Wat.Numbers);

        var answer = await host.CallAsync($"numbers/calls/{export}", arguments);

        answer.Is(200, $$$"""{"results":{{{results}}}}""");
        Assert.Equal("application/json", answer.MediaType);
    }

    [Fact]
    public async Task An_answer_tells_its_version_and_where_the_time_went()
    {
        await host.DeployAsync("timed", Wat.Numbers);

        var answer = await host.CallAsync("timed/calls/add", "[1, 2]");

        Assert.Equal("1", answer.Header("Wasm-Function-Version"));
        Assert.Matches("^queue;dur=[0-9.]+, start;dur=[0-9.]+, run;dur=[0-9.]+$", answer.Header("Server-Timing")!);
        Assert.Null(answer.Header("Idempotency-Replayed"));
    }

    [Fact]
    public async Task Bytes_of_any_size_go_in_and_come_out_as_they_are()
    {
        await host.DeployAsync("bytes?convention=bytes", Wat.Echo);
        byte[] large = new byte[1 << 20];
        Random.Shared.NextBytes(large);

        foreach (byte[] input in (byte[][])[[], [0, 255, 128], large])
        {
            using var body = ServedHost.Bytes(input);
            using var answer = await host.Client.PostAsync(new Uri("/v1/functions/bytes/calls/echo", UriKind.Relative), body);

            Assert.Equal(200, (int)answer.StatusCode);
            Assert.Equal("application/octet-stream", answer.Content.Headers.ContentType!.ToString());
            Assert.Equal(input, await answer.Content.ReadAsByteArrayAsync());
        }
    }

    [Fact]
    public async Task A_programs_input_and_output_are_bodies_and_its_exit_status_is_a_failure_unless_zero()
    {
        await host.DeployAsync("copy?convention=wasi-command", Wat.Copy);

        using var input = ServedHost.Bytes("hello"u8.ToArray());
        (await host.SendAsync(HttpMethod.Post, "/v1/functions/copy/calls/_start", input)).Is(200, "hello");
        using var failing = ServedHost.Bytes("3 <b>\0"u8.ToArray());
        var failed = (await host.SendAsync(HttpMethod.Post, "/v1/functions/copy/calls/_start", failing)).IsFailure(422, "program.exit_status");
        Assert.Equal(3, failed.Json.GetProperty("exitStatus").GetInt32());
        Assert.Equal("3 <b>\0", failed.Json.GetProperty("stdout").GetString());
        Assert.Equal("", failed.Json.GetProperty("stderr").GetString());
        (await host.CallAsync("copy/calls/main")).IsFailure(404, "export.not_found");
    }

    [Fact]
    public async Task A_program_that_is_called_as_a_function_of_numbers_and_exits_is_a_failure()
    {
        await host.DeployAsync("exits?convention=core", Wat.Copy.Replace("(func (export \"_start\")", "(func (export \"leave\") (call $exit (i32.const 0))) (func (export \"_start\")", StringComparison.Ordinal));

        (await host.CallAsync("exits/calls/leave")).IsFailure(422, "wasi.exit");
    }

    [Fact]
    public async Task A_programs_arguments_and_variables_come_from_the_query_where_the_grants_allow_it()
    {
        await host.DeployAsync("tell?convention=wasi-command", Wat.Tell);
        string digest = (await host.GetAsync("/v1/functions/tell")).Json.GetProperty("versions")[0].GetProperty("moduleDigest").GetString()!;

        (await host.CallAsync("tell/calls/_start?arg=x")).IsFailure(403, "function.not_granted");
        (await host.CallAsync("tell/calls/_start?env=A=1")).IsFailure(403, "function.not_granted");
        (await host.JsonAsync(HttpMethod.Put, "/v1/functions/tell", $$$"""
            {"moduleDigest":"{{{digest}}}","convention":"wasi-command","grants":{"environment":{"LANG":"C"},"callerArguments":true,"callerEnvironment":["A"]}}
            """)).Is(200);
        Assert.StartsWith("tell\0a b\0-é\0", (await host.CallAsync("tell/calls/_start?arg=a%20b&arg=-%C3%A9&env=A=1=2")).Is(200).Text, StringComparison.Ordinal);
        Assert.Contains("A=1=2\0LANG=C\0", (await host.CallAsync("tell/calls/_start?env=A=1=2")).Is(200).Text, StringComparison.Ordinal);
        (await host.CallAsync("tell/calls/_start?env=B=1")).IsFailure(403, "function.not_granted");
        (await host.CallAsync("tell/calls/_start?env=A")).IsFailure(400, "http.bad_request");
    }

    [Fact]
    public async Task A_keys_store_lives_on_and_keys_are_told_apart_by_their_decoded_bytes()
    {
        await host.DeployAsync("keyed?kind=keyed", Wat.Numbers);
        string longest = new('é', 128);
        string[] keys = ["a", "A", "a/b", "a%2Fb", "a+b", "a b", "ü", "💡", "..a", "%", "?#", longest];

        foreach (string key in keys.Concat(keys))
        {
            (await host.CallAsync($"keyed/keys/{Uri.EscapeDataString(key)}/calls/next")).Is(200);
        }

        foreach (string key in keys)
        {
            (await host.CallAsync($"keyed/keys/{Uri.EscapeDataString(key)}/calls/next")).Is(200, """{"results":[3]}""");
        }
    }

    [Theory]
    [InlineData("50ms")]
    [InlineData("0.05s")]
    public async Task A_header_shortens_the_time_of_a_call(string time)
    {
        await host.DeployAsync("late?reuse=untilIdle", Wat.Numbers);
        (await host.CallAsync("late/calls/add", "[1, 2]")).Is(200); // its store is there from here on

        var answer = (await host.CallAsync("late/calls/spin", null, ("Call-Timeout", time))).IsFailure(504, "call.deadline_exceeded");

        Assert.True(answer.Json.GetProperty("mayHaveRun").GetBoolean());
    }

    [Fact]
    public async Task A_call_whose_time_is_over_before_its_turn_has_surely_not_run()
    {
        await host.DeployAsync("line?kind=keyed", Wat.Numbers);
        (await host.CallAsync("line/keys/k/calls/add", "[1, 2]")).Is(200);
        var running = host.CallAsync("line/keys/k/calls/spin", null, ("Call-Timeout", "3s"));
        await Task.Delay(TimeSpan.FromMilliseconds(500)); // for the request to arrive; were it to come second, the other one would be answered its sum
        var waiting = (await host.CallAsync("line/keys/k/calls/add", "[1, 2]", ("Call-Timeout", "100ms"))).IsFailure(504, "call.deadline_exceeded");

        Assert.False(waiting.Json.GetProperty("mayHaveRun").GetBoolean());
        (await running).IsFailure(504, "call.deadline_exceeded");
    }

    [Fact]
    public async Task A_functions_own_deadline_is_the_longest()
    {
        string digest = (await host.DeployAsync("short", Wat.Numbers)).Is(201).Json.GetProperty("name").GetString() is { } name
            ? (await host.GetAsync($"/v1/functions/{name}")).Json.GetProperty("versions")[0].GetProperty("moduleDigest").GetString()! : "";
        (await host.JsonAsync(HttpMethod.Put, "/v1/functions/short", $$$"""{"moduleDigest":"{{{digest}}}","limits":{"deadline":"60ms"}}""")).Is(200);

        (await host.CallAsync("short/calls/spin", null, ("Call-Timeout", "1h"))).IsFailure(504, "call.deadline_exceeded");
    }

    [Fact]
    public async Task A_trap_tells_where_it_happened()
    {
        await host.DeployAsync("trapping", Wat.Numbers);

        var trap = (await host.CallAsync("trapping/calls/div", "[1, 0]")).IsFailure(422, "trap.integer_divide_by_zero");

        var frame = trap.Json.GetProperty("frames")[0];
        Assert.Equal(1, frame.GetProperty("index").GetInt32());
        Assert.Equal("numbers", frame.GetProperty("module").GetString());
        Assert.True(frame.GetProperty("offset").GetInt64() > 0);
        Assert.True(trap.Json.GetProperty("mayHaveRun").GetBoolean());
    }

    [Fact]
    public async Task The_trace_of_the_caller_is_the_one_of_the_failure()
    {
        var answer = await host.CallAsync("no-such/calls/x", null, ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));

        Assert.Equal("0af7651916cd43dd8448eb211c80319c", answer.IsFailure(404, "function.not_found").Json.GetProperty("traceId").GetString());
    }

    [Fact]
    public async Task A_call_with_an_idempotency_key_runs_once()
    {
        await host.DeployAsync("once?kind=keyed", Wat.Numbers);
        (string, string) key = ("Idempotency-Key", "order 1");

        (await host.CallAsync("once/keys/k/calls/next", null, key)).Is(200, """{"results":[1]}""");
        var replayed = (await host.CallAsync("once/keys/k/calls/next", null, key)).Is(200, """{"results":[1]}""");
        Assert.Equal("true", replayed.Header("Idempotency-Replayed"));
        (await host.CallAsync("once/keys/k/calls/add", "[1, 2]", key)).IsFailure(422, "call.idempotency_mismatch");
        (await host.CallAsync("once/keys/k/calls/next")).Is(200, """{"results":[2]}""");
        (await host.CallAsync("once/keys/k/calls/next", null, ("Idempotency-Key", new string('x', 129)))).IsFailure(400, "function.bad_idempotency_key");
        (await host.CallAsync("once/keys/k/calls/next", null, ("Idempotency-Key", "\t"))).IsFailure(400, "function.bad_idempotency_key");
        await host.DeployAsync("twice", Wat.Numbers);
        (await host.CallAsync("twice/calls/next", null, key)).IsFailure(400, "function.bad_idempotency_key");
    }

    [Fact]
    public async Task An_output_that_is_too_large_or_outside_of_the_memory_is_a_failure_after_the_guest_ran()
    {
        await host.DeployAsync("outputs?convention=bytes", Wat.Echo);
        string digest = (await host.GetAsync("/v1/functions/outputs")).Json.GetProperty("versions")[0].GetProperty("moduleDigest").GetString()!;
        (await host.JsonAsync(HttpMethod.Put, "/v1/functions/outputs", $$$"""{"moduleDigest":"{{{digest}}}","convention":"bytes","limits":{"payloadBytes":1000}}""")).Is(200);

        (await host.CallAsync("outputs/calls/large")).IsFailure(413, "call.payload_too_large");
        (await host.CallAsync("outputs/calls/outside")).IsFailure(422, "call.broken_convention");
        using var body = ServedHost.Bytes(new byte[1001]);
        (await host.SendAsync(HttpMethod.Post, "/v1/functions/outputs/calls/echo", body)).IsFailure(413, "http.body_too_large");
    }

    [Fact]
    public async Task Many_callers_at_once_each_get_their_own_answer()
    {
        await host.DeployAsync("many?reuse=untilIdle", Wat.Numbers);

        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(async i =>
            (Number: i, Answer: await host.CallAsync("many/calls/add", string.Create(CultureInfo.InvariantCulture, $"[{i}, 1000]"), ("Call-Timeout", "30s")))));

        // As many may wait as the queue takes; the rest is told to come later.
        Assert.All(answers, static a =>
        {
            if (a.Answer.Code == "call.busy")
            {
                a.Answer.IsFailure(503, "call.busy");
            }
            else
            {
                a.Answer.Is(200, string.Create(CultureInfo.InvariantCulture, $$"""{"results":[{{a.Number + 1000}}]}"""));
            }
        });
        Assert.Contains(answers, static a => a.Answer.Code == "");
    }

    [Fact]
    public async Task A_body_may_come_in_chunks_and_say_that_it_is_a_form_as_curl_does()
    {
        await host.DeployAsync("chunks", Wat.Numbers);
        using var form = new StringContent("[1, 2]", Encoding.UTF8, "application/x-www-form-urlencoded");
        using var chunked = new StreamContent(new MemoryStream("[20, 22]"u8.ToArray()));
        chunked.Headers.ContentType = new("application/json");

        (await host.SendAsync(HttpMethod.Post, "/v1/functions/chunks/calls/add", form)).Is(200, """{"results":[3]}""");
        (await host.SendAsync(HttpMethod.Post, "/v1/functions/chunks/calls/add", chunked, ("Transfer-Encoding", "chunked"))).Is(200, """{"results":[42]}""");
    }
}
