namespace WasmActors.Host.Contracts;

/// <summary>The stable codes of failures that only the HTTP API has, beside those of the library.</summary>
internal static class ApiErrorCode
{
    /// <summary>Nothing is served at this path.</summary>
    public const string NotFound = "http.not_found";

    /// <summary>The path has another method.</summary>
    public const string MethodNotAllowed = "http.method_not_allowed";

    /// <summary>The request is no valid HTTP, or its path, query or headers are not what is expected.</summary>
    public const string BadRequest = "http.bad_request";

    /// <summary>The body is no JSON, or not the JSON that is expected.</summary>
    public const string BadJson = "http.bad_json";

    /// <summary>The body is of another media type than the request takes.</summary>
    public const string UnsupportedMediaType = "http.unsupported_media_type";

    /// <summary>The body is compressed or otherwise encoded.</summary>
    public const string UnsupportedEncoding = "http.unsupported_encoding";

    /// <summary>The body is larger than allowed.</summary>
    public const string BodyTooLarge = "http.body_too_large";

    /// <summary>The client sent its request too slowly.</summary>
    public const string TooSlow = "http.too_slow";

    /// <summary>No API key was given, or one that is not known.</summary>
    public const string Unauthorized = "http.unauthorized";

    /// <summary>The API key does not allow this.</summary>
    public const string Forbidden = "http.forbidden";

    /// <summary>A page of another origin made a browser send this.</summary>
    public const string CrossOrigin = "http.cross_origin";

    /// <summary>The API key has used its requests for now.</summary>
    public const string RateLimited = "http.rate_limited";

    /// <summary>The bodies of requests and answers take as much memory as they may.</summary>
    public const string Busy = "http.busy";

    /// <summary>The node is stopping or not ready yet.</summary>
    public const string NotReady = "http.not_ready";

    /// <summary>The node gave a request up, because it stops or the request took too long.</summary>
    public const string GivenUp = "http.given_up";

    /// <summary>The database does not answer.</summary>
    public const string DatabaseUnavailable = "database.unavailable";

    /// <summary>There is an API key with this name.</summary>
    public const string KeyExists = "key.exists";

    /// <summary>The API key is the last one with the scope admin and cannot be revoked.</summary>
    public const string KeyLastAdmin = "key.last_admin";

    /// <summary>There is no such API key.</summary>
    public const string KeyNotFound = "key.not_found";

    /// <summary>What an API key is to be made of is wrong.</summary>
    public const string BadKeyRequest = "key.bad_request";

    /// <summary>A WASI program ended with an exit status other than 0.</summary>
    public const string ExitStatus = "program.exit_status";

    /// <summary>An error of the host itself.</summary>
    public const string Internal = "host.internal";
}
