using Microsoft.AspNetCore.Http;
using WasmActors.Functions.Api;
using WasmActors.Host.Contracts;
using WasmActors.Host.Deployments;
using WasmActors.Runtime.Failures;

namespace WasmActors.Host.Http;

/// <summary>A request that deploys a function: settings, and the module if it is brought.</summary>
/// <param name="settings">The settings.</param>
/// <param name="module">The module, binary or text; null for one that is stored.</param>
/// <param name="body">What the module lies in.</param>
internal sealed class DeploymentBody(DeploymentSettings settings, ReadOnlyMemory<byte>? module, BodyBytes? body) : IDisposable
{
    private const string DryRunName = "dryRun";
    private const string SettingsPart = "settings";
    private const string ModulePart = "module";
    private const int MaxSettingsBytes = 64 << 10;

    private static readonly string[] s_choices = ["kind", "changeKind", "convention", "changeConvention", "reuse", "state", "label", "rollOut", "reset", DryRunName];

    public DeploymentSettings Settings => settings;

    public ReadOnlyMemory<byte>? Module => module;

    /// <summary>Reads a request: JSON, a module with the settings in the query, or a form with both.</summary>
    /// <exception cref="ApiException">As <see cref="BodyReader"/> and <see cref="ModuleBody"/>; <c>http.bad_request</c>: a malformed form.</exception>
    /// <exception cref="WasmError"><c>function.bad_spec</c></exception>
    public static async ValueTask<DeploymentBody> ReadAsync(HttpContext context, BodyReader bodies)
    {
        var query = context.Request.Query;
        if (ModuleBody.IsModule(context.Request))
        {
            Allow(query, s_choices, "Limits and grants are given in a form (multipart/form-data with the parts settings and module), or as JSON with the module's digest.");
            var choices = FromQuery(query);
            var bytes = await ModuleBody.ReadAsync(context, bodies).ConfigureAwait(false);
            return new DeploymentBody(choices, bytes.Bytes, bytes);
        }

        Allow(query, [DryRunName], "With JSON or a form, all other settings are in the body.");
        if (FormBody.BoundaryOf(context.Request.ContentType) is not { } boundary)
        {
            return new DeploymentBody(await bodies.JsonAsync(context, ApiJson.Default.DeploymentSettings).ConfigureAwait(false), null, null);
        }

        var form = await bodies.ReadAsync(context, long.MaxValue).ConfigureAwait(false);
        try
        {
            return FromForm(form, boundary);
        }
        catch
        {
            form.Dispose();
            throw;
        }
    }

    /// <summary>Whether the deployment is only tried.</summary>
    /// <exception cref="WasmError"><c>function.bad_spec</c></exception>
    public static bool IsDryRun(HttpRequest request) => Switch(request.Query, DryRunName) ?? false;

    public void Dispose() => body?.Dispose();

    private static DeploymentBody FromForm(BodyBytes form, string boundary)
    {
        ReadOnlyMemory<byte>? settings = null;
        ReadOnlyMemory<byte>? module = null;
        foreach (var (name, content) in FormBody.Read(form.Bytes, boundary))
        {
            switch (name)
            {
                case SettingsPart when settings is null && content.Length <= MaxSettingsBytes:
                    settings = content;
                    break;
                case ModulePart when module is null:
                    module = content;
                    break;
                default:
                    throw FormBody.Malformed($"its part '{GuestText.Clean(name, GuestText.NameLimit)}' is there twice, is too long, or is neither '{SettingsPart}' (JSON of at most {MaxSettingsBytes} bytes) nor '{ModulePart}'");
            }
        }

        if (module is { } brought)
        {
            ModuleBody.CheckText(brought.Span);
        }

        return new DeploymentBody(settings is { } json ? DeploymentSettings.Parse(json.Span) : new DeploymentSettings(), module, form);
    }

    private static DeploymentSettings FromQuery(IQueryCollection query) => new()
    {
        Kind = One(query, "kind"),
        ChangeKind = Switch(query, "changeKind"),
        Convention = One(query, "convention"),
        ChangeConvention = Switch(query, "changeConvention"),
        Reuse = One(query, "reuse"),
        State = One(query, "state"),
        Label = One(query, "label"),
        RollOut = One(query, "rollOut"),
        Reset = query["reset"].Count > 0 ? [.. query["reset"].Select(static r => r ?? "")] : null,
    };

    private static void Allow(IQueryCollection query, string[] names, string otherwise)
    {
        foreach (string name in query.Keys.Where(k => !names.Contains(k, StringComparer.Ordinal)))
        {
            throw new WasmError(FunctionErrorCode.BadSpec, $"The query's '{GuestText.Clean(name, GuestText.NameLimit)}' is none of {string.Join(", ", names)}. {otherwise}");
        }
    }

    private static bool? Switch(IQueryCollection query, string name) => One(query, name) switch
    {
        null => null,
        "" or "true" => true,
        "false" => false,
        var other => throw new WasmError(FunctionErrorCode.BadSpec, $"The query's {name} is '{GuestText.Clean(other, GuestText.NameLimit)}'; allowed are true and false."),
    };

    private static string? One(IQueryCollection query, string name) => query[name].Count switch
    {
        0 => null,
        1 => query[name][0],
        _ => throw new WasmError(FunctionErrorCode.BadSpec, $"The query has '{name}' more than once."),
    };
}
