using System.Globalization;
using System.Text;
using WasmActors.Resilience.Guests;
using WasmActors.Runtime.Modules.Binary;

namespace WasmActors.Resilience.Http;

/// <summary>Makes requests of an API by its operations: some as they should be, most of them wrong in one place or several.</summary>
/// <param name="operations">The operations.</param>
/// <param name="schemas">Makes bodies of JSON.</param>
/// <param name="keys">Keys by what they allow: none, call, deploy, admin; empty where none are asked for.</param>
/// <param name="seed">The same seed makes the same requests.</param>
internal sealed class RequestFuzzer(IReadOnlyList<ApiOperation> operations, SchemaFuzzer schemas, IReadOnlyList<string?> keys, int seed)
{
    private static readonly byte[][] s_modules = [.. FuzzModules.Texts.Select(static text => ModuleText.ToBinary(text))];
    private static readonly string[] s_methods = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "get", "X"];

    private static readonly string[] s_oddSegments =
    [
        "", "%", "%zz", "%00", "%0a", "%2F", "..%2f..%2fetc%2fpasswd", "..%5c", "%2e%2e", "%ff", "%C0%AF", "%ED%A0%80", "%F4%90%80%80", "%e2%80%ae", "💡", "a b", ";x=1", "*",
        "{name}", "-", "_", "con", "nul.wasm", new string('a', 63), new string('a', 64), new string('%', 40), string.Concat(Enumerable.Repeat("%61", 300)), "0", "-1", "NaN", "'--",
        "<script>", "${jndi:x}", "readyz",
    ];

    private static readonly string[] s_oddHeaders =
    [
        "Content-Encoding: gzip", "Expect: 100-continue", "Expect: nothing", "Transfer-Encoding: gzip", "Host: elsewhere", "Origin: http://elsewhere", "Origin: null", "Range: bytes=0-5",
        "If-Match: *", "If-None-Match: W/\"1\"", "If-Modified-Since: never", "Accept: text/html", "Accept-Encoding: br", "Cookie: a=b", "X-Forwarded-For: ::1", "X-Http-Method-Override: DELETE",
        "traceparent: 00-zz", "tracestate: a=b", "Upgrade: websocket\r\nConnection: Upgrade", "Content-Type: ", "Content-Type: application/json; charset=utf-16", "Content-Type: ;;", "Content-Type: a/b\r\nContent-Type: c/d",
        "Idempotency-Key: k1", "Idempotency-Key: ", "Idempotency-Key: \u00e9", "Call-Timeout: soon", "Call-Timeout: -1s", "X: \u00ff\u00fe", "X:", ": y", "X y", " folded",
    ];

    private readonly Random _random = new(seed);
    private readonly HostileModules _hostile = new(seed);
    private readonly ApiOperation[] _calls = [.. operations.Where(static o => o.Tag == "Calls")];
    private readonly ApiOperation _deploy = operations.First(static o => o.Id == "deploy");

    /// <summary>The next request.</summary>
    internal FuzzRequest Next()
    {
        var operation = Operation();
        bool odd = false;
        string path = string.Join('/', operation.Path.Split('/').Select(segment => segment.StartsWith('{') ? Segment(segment[1..^1]) : OneOf(200) ? Odd(s_oddSegments) : segment));
        string query = string.Join('&', operation.Queries.Where(_ => OneOf(4)).Select(name => $"{name}={(OneOf(3) ? Odd(s_oddSegments) : schemas.Word(name, _random))}"));
        string method = OneOf(25) ? Odd(s_methods) : operation.Method;
        var (mediaType, body) = Body(operation);
        int scope = keys.Count == 0 ? 3 : OneOf(3) ? _random.Next(keys.Count) : 3;

        var head = new StringBuilder();
        head.Append(CultureInfo.InvariantCulture, $"{method} {path}{(query.Length > 0 || OneOf(50) ? "?" : "")}{query} HTTP/1.1\r\nHost: localhost\r\n");
        if (keys.Count > 0 && keys[scope] is { } key)
        {
            head.Append(CultureInfo.InvariantCulture, $"Authorization: Bearer {key}\r\n");
        }

        if (operation.Headers.Contains("Call-Timeout", StringComparer.Ordinal))
        {
            head.Append("Call-Timeout: 50ms\r\n"); // guests that do not end would take the time of others
        }

        foreach (string name in operation.Headers.Where(name => name != "Call-Timeout" && OneOf(4)))
        {
            head.Append(CultureInfo.InvariantCulture, $"{name}: {schemas.Word(name, _random)}\r\n");
        }

        if (mediaType is not null && !OneOf(30))
        {
            head.Append(CultureInfo.InvariantCulture, $"Content-Type: {mediaType}\r\n");
        }

        string oddHeader = OneOf(12) ? Odd(s_oddHeaders) : "";
        if (oddHeader.Length > 0)
        {
            head.Append(CultureInfo.InvariantCulture, $"{oddHeader}\r\n");
        }
        else if (OneOf(500))
        {
            head.Append(string.Concat(Enumerable.Range(0, 150).Select(static i => string.Create(CultureInfo.InvariantCulture, $"X{i}: y\r\n"))));
            odd = true;
        }

        odd |= body.Length > 1 << 20; // refused while it is written: the answer may be lost
        byte[] framed = Frame(head, body, ref odd);
        return new FuzzRequest(operation, method, [.. Encoding.UTF8.GetBytes(head.ToString()), .. framed], odd, Scope: scope);

        string Segment(string name) => OneOf(5) ? Odd(s_oddSegments) : schemas.Word(name, _random);
    }

    // Calls are a third and deployments a sixth; functions are deleted less often than that. The rest falls on all alike.
    private ApiOperation Operation()
    {
        int roll = _random.Next(6);
        var operation = roll < 2 ? Pick(_calls) : roll == 2 ? _deploy : Pick(operations);
        return operation.Id == "deleteFunction" && !OneOf(4) ? _deploy : operation;
    }

    // Mostly as it should be; otherwise in chunks, or announced wrongly.
    private byte[] Frame(StringBuilder head, byte[] body, ref bool odd)
    {
        switch (_random.Next(200))
        {
            case < 20:
                head.Append("Transfer-Encoding: chunked\r\n\r\n");
                int cut = _random.Next(body.Length + 1);
                return [.. Chunk(body[..cut]), .. Chunk(body[cut..]), .. "0\r\n\r\n"u8];
            case 20:
                odd = true;
                head.Append("Transfer-Encoding: chunked\r\n\r\n");
                return [.. Encoding.ASCII.GetBytes(Odd(["zz\r\n", "-1\r\n", "FFFFFFFFF\r\n", "5\r\nabc", "3\r\nabcd\r\n0\r\n\r\n", "\r\n\r\n"])), .. body];
            case 21:
                odd = true;
                head.Append(CultureInfo.InvariantCulture, $"Content-Length: {Odd(["-1", "x", "99999999999999999999", "1, 2", "", "1048577", "0x10"])}\r\n\r\n");
                return body;
            case 22 when OneOf(4):
                odd = true; // less than announced: the host waits for more
                head.Append(CultureInfo.InvariantCulture, $"Content-Length: {body.Length + 10}\r\n\r\n");
                return body;
            default:
                head.Append(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}\r\n\r\n");
                return body;
        }

        static byte[] Chunk(byte[] part) => part.Length == 0 ? [] : [.. Encoding.ASCII.GetBytes(part.Length.ToString("x", CultureInfo.InvariantCulture)), .. "\r\n"u8, .. part, .. "\r\n"u8];
    }

    private (string? MediaType, byte[] Body) Body(ApiOperation operation)
    {
        if (operation.Bodies.Count == 0)
        {
            return OneOf(20) ? ("application/json", Noise()) : (null, []);
        }

        var (mediaType, schema) = Pick(operation.Bodies);
        byte[] body = mediaType switch
        {
            "application/json" => Encoding.UTF8.GetBytes(schemas.Json(schema, _random)),
            "application/wasm" => Module(),
            "text/plain" => Encoding.UTF8.GetBytes(OneOf(2) ? Pick(FuzzModules.Texts) : Pick(FuzzModules.Texts)[.._random.Next(40)]),
            _ => Noise(),
        };
        if (OneOf(5) && body.Length > 0)
        {
            for (int i = _random.Next(1, 4); i > 0; i--)
            {
                body[_random.Next(body.Length)] = (byte)_random.Next(256);
            }
        }
        else if (OneOf(10))
        {
            body = OneOf(2) ? body[.._random.Next(body.Length + 1)] : OneOf(20) ? new byte[(1 << 20) + 1] : [.. body, .. Noise()];
        }

        return (mediaType, body);
    }

    private byte[] Module() => OneOf(3) ? _hostile.Next() : Pick(s_modules).ToArray();

    private byte[] Noise()
    {
        byte[] noise = new byte[_random.Next(OneOf(20) ? 100_000 : 100)];
        _random.NextBytes(noise);
        return noise;
    }

    private bool OneOf(int many) => _random.Next(many) == 0;

    private T Pick<T>(IReadOnlyList<T> list) => list[_random.Next(list.Count)];

    private string Odd(string[] list) => list[_random.Next(list.Length)];
}
