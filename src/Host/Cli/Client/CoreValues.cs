using System.Buffers;
using System.Text.Json;
using WasmActors.Host.Contracts;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Values;

namespace WasmActors.Host.Cli.Client;

/// <summary>Arguments and results of the core convention, between the command line's notation and the API's.</summary>
internal static class CoreValues
{
    private static readonly (string Text, string Json)[] s_words = [("inf", "Infinity"), ("-inf", "-Infinity"), ("nan", "NaN")];

    /// <summary>The JSON array that a call sends; every value as a string, which is exact for all types.</summary>
    /// <exception cref="WasmError"><c>call.bad_arguments</c></exception>
    public static byte[] Write(ExportModel export, IReadOnlyList<string> arguments)
    {
        string signature = SignatureOf(export);
        if (arguments.Count != export.Params.Count)
        {
            throw new WasmError(ErrorCode.BadArguments, $"{signature} takes {export.Params.Count} argument{(export.Params.Count == 1 ? "" : "s")}, but {arguments.Count} {(arguments.Count == 1 ? "was" : "were")} given{(arguments.Count == 0 ? "" : $": {string.Join(' ', arguments)}")}.");
        }

        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            for (int i = 0; i < arguments.Count; i++)
            {
                if (TypeOf(export.Params[i]) is not { } type)
                {
                    throw new WasmError(ErrorCode.BadArguments, $"Argument {i + 1} of {signature} is a reference, which cannot be sent to a server.");
                }

                if (!ValText.TryParse(arguments[i], type, out var value, out string? problem))
                {
                    throw new WasmError(ErrorCode.BadArguments, $"Argument {i + 1} of {signature}: {problem}.");
                }

                string text = ValText.Format(value);
                json.WriteStringValue(Array.Find(s_words, w => w.Text == text).Json ?? text);
            }

            json.WriteEndArray();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Results as <c>run --invoke</c> prints them.</summary>
    /// <exception cref="ServerFailure"><c>server.bad_answer</c>: they are not of the export's types.</exception>
    public static IReadOnlyList<string> Read(ExportModel export, ResultsModel answer) =>
        answer.Results.Count == export.Results.Count
            ? [.. answer.Results.Zip(export.Results, Read)]
            : throw new ServerFailure(ServerErrorCode.BadAnswer, $"The server answered {answer.Results.Count} results of {SignatureOf(export)}.");

    /// <summary>An export with its types, safe to show.</summary>
    public static string SignatureOf(ExportModel export) =>
        GuestText.Clean($"{export.Name}({string.Join(", ", export.Params)}) -> ({string.Join(", ", export.Results)})", GuestText.NameLimit);

    private static string Read(JsonElement json, string typeName)
    {
        string? text = json.ValueKind switch
        {
            JsonValueKind.Number => json.GetRawText(),
            JsonValueKind.String => json.GetString(),
            _ => null,
        };
        text = Array.Find(s_words, w => w.Json == text).Text ?? text;
        return text is not null && TypeOf(typeName) is { } type && ValText.TryParse(text, type, out var value, out _)
            ? ValText.Format(value)
            : throw new ServerFailure(ServerErrorCode.BadAnswer, $"The server answered {GuestText.Clean(json.GetRawText(), GuestText.NameLimit)}, which is no {GuestText.Clean(typeName, GuestText.NameLimit)}.");
    }

    private static ValType? TypeOf(string name) => name switch
    {
        "i32" => ValType.I32,
        "i64" => ValType.I64,
        "f32" => ValType.F32,
        "f64" => ValType.F64,
        "v128" => ValType.V128,
        _ => null,
    };
}
