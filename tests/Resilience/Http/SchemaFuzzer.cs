using System.Globalization;
using System.Text;
using System.Text.Json;

namespace WasmActors.Resilience.Http;

/// <summary>Makes JSON by the schemas of an OpenAPI document, and words for names; some of it wrong.</summary>
/// <param name="document">The document.</param>
/// <param name="digests">Modules that are stored.</param>
internal sealed class SchemaFuzzer(JsonElement document, IReadOnlyList<string> digests)
{
    private const int MostLevels = 6;

    private static readonly string[] s_values =
    [
        "null", "true", "0", "-1", "1.5", "1e400", "-0", "2147483648", "9223372036854775808", "99999999999999999999999999", "\"\"", "\"\\u0000\"", "\"\\ud800\"", "\"x\"", "[]", "{}", "[[[[]]]]",
        "{\"a\":1,\"a\":2}", "nul", "'x'", "01", "\"", "\u0001", "\"../../etc/passwd\"", "\"NaN\"", "\"0x1\"", "\"i32x4:1,2,3,4\"",
    ];

    // Numbers of a call's arguments: most take two or one.
    private static readonly int[] s_arguments = [2, 2, 2, 1, 1, 0, 3];

    /// <summary>JSON of a schema.</summary>
    internal string Json(JsonElement schema, Random random)
    {
        var json = new StringBuilder();
        Write(json, schema, "", random, 0);
        if (random.Next(100) == 0)
        {
            json.Insert(0, new string('[', random.Next(1, 5000)));
        }

        return json.ToString();
    }

    /// <summary>A word as a parameter or a member of this name often has.</summary>
    internal string Word(string name, Random random) => name switch
    {
        "name" => Number(random, "f"),
        "key" => random.Next(5) == 0 ? "a%2Fb" : Number(random, "k"),
        "export" => Of(random, ["add", "div", "i64", "f32", "f64", "v128", "ref", "next", "spin", "echo", "_start", "memory", "f", "no-such"]),
        "digest" or "moduleDigest" => random.Next(4) == 0 ? new string('0', 64) : digests[random.Next(digests.Count)],
        "id" => Of(random, ["0123456789abcdef", "x", "0"]),
        "kind" => Of(random, ["stateless", "keyed"]),
        "convention" => Of(random, ["core", "bytes", "wasi-command"]),
        "reuse" => Of(random, ["never", "untilIdle"]),
        "rollOut" => Of(random, ["whenIdle", "atOnce"]),
        "scopes" => Of(random, ["call", "deploy", "admin"]),
        "deadline" or "idleAfter" => Of(random, ["100ms", "1s", "0.1m", "1h", "0", "x"]),
        "env" => Of(random, ["A=1", "A", "=1", "A=%00"]),
        "host" => Of(random, ["/no-such-folder", "relative", "", "/\0"]),
        "If-Match" => Of(random, ["\"1\"", "\"2\"", "1", "*"]),
        "If-None-Match" => Of(random, ["*", "\"1\""]),
        "Idempotency-Key" => Of(random, ["a", "b", "c", new string('x', 200)]),
        _ => Number(random, "w"),
    };

    private static string Number(Random random, string prefix) => string.Create(CultureInfo.InvariantCulture, $"{prefix}{random.Next(8)}");

    private static string Of(Random random, string[] words) => words[random.Next(words.Length)];

    private void Write(StringBuilder json, JsonElement schema, string name, Random random, int level)
    {
        if (random.Next(25) == 0 || level == MostLevels)
        {
            json.Append(Of(random, s_values));
            return;
        }

        if (schema.TryGetProperty("$ref", out var reference))
        {
            Write(json, document.GetProperty("components").GetProperty("schemas").GetProperty(reference.GetString()!.Split('/')[^1]), name, random, level);
            return;
        }

        if (Choice(schema) is { } choices)
        {
            Write(json, choices[random.Next(choices.Count)], name, random, level);
            return;
        }

        switch (TypeOf(schema, random))
        {
            case "object":
                WriteObject(json, schema, random, level);
                break;
            case "array":
                json.Append('[').AppendJoin(',', Enumerable.Range(0, level == 0 ? s_arguments[random.Next(s_arguments.Length)] : random.Next(4)).Select(_ => Made(schema.TryGetProperty("items", out var items) ? items : default, name, random, level + 1))).Append(']');
                break;
            case "string":
                json.Append('"').Append(JsonEncodedText.Encode(Word(name, random))).Append('"');
                break;
            case "boolean":
                json.Append(random.Next(2) == 0 ? "true" : "false");
                break;
            case "null":
                json.Append("null");
                break;
            default:
                json.Append(random.Next(4) == 0 ? random.NextInt64().ToString(CultureInfo.InvariantCulture) : random.Next(100).ToString(CultureInfo.InvariantCulture));
                break;
        }
    }

    private void WriteObject(StringBuilder json, JsonElement schema, Random random, int level)
    {
        var members = new List<string>();
        if (schema.TryGetProperty("properties", out var properties))
        {
            foreach (var property in properties.EnumerateObject().Where(p => p.Name is "moduleDigest" or "name" or "scopes" || random.Next(3) == 0))
            {
                members.Add($"\"{property.Name}\":{Made(property.Value, property.Name, random, level + 1)}");
            }
        }

        if (random.Next(30) == 0)
        {
            members.Add(members.Count > 0 && random.Next(2) == 0 ? members[0] : "\"unknown\":1");
        }

        json.Append('{').AppendJoin(',', members).Append('}');
    }

    private string Made(JsonElement schema, string name, Random random, int level)
    {
        var json = new StringBuilder();
        if (schema.ValueKind == JsonValueKind.Object)
        {
            Write(json, schema, name, random, level);
        }

        return json.Length > 0 ? json.ToString() : Of(random, s_values);
    }

    private static List<JsonElement>? Choice(JsonElement schema) =>
        schema.TryGetProperty("oneOf", out var choices) || schema.TryGetProperty("anyOf", out choices) ? [.. choices.EnumerateArray()] : null;

    private static string? TypeOf(JsonElement schema, Random random) =>
        !schema.TryGetProperty("type", out var type) ? "object"
        : type.ValueKind == JsonValueKind.Array ? type[random.Next(type.GetArrayLength())].GetString()
        : type.GetString();
}
