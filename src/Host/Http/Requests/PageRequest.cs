using System.Buffers.Text;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.AspNetCore.Http;
using WasmActors.Host.Contracts;

namespace WasmActors.Host.Http.Requests;

/// <summary>Which part of a list is asked for. A cursor names the item behind which the part begins, so that items that come and go between two requests
/// make no other item appear twice or not at all.</summary>
/// <param name="Limit">Most items.</param>
/// <param name="After">The key of the item before the part; null for the beginning.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct PageRequest(int Limit, string? After)
{
    /// <summary>Items of a part, if the request does not say.</summary>
    public const int DefaultLimit = 200;

    /// <summary>Most items of a part.</summary>
    public const int MaxLimit = 1000;

    private const int LongestCursor = 512;

    /// <summary>Reads <c>limit</c> and <c>cursor</c> of the query.</summary>
    /// <exception cref="ApiException"><c>http.bad_request</c></exception>
    public static PageRequest Of(HttpRequest request)
    {
        if (!request.QueryString.HasValue)
        {
            return new PageRequest(DefaultLimit, null);
        }

        var query = request.Query;
        int limit = DefaultLimit;
        if (query["limit"] is { Count: > 0 } limits && !(limits.Count == 1 && int.TryParse(limits[0], NumberStyles.None, CultureInfo.InvariantCulture, out limit) && limit is >= 1 and <= MaxLimit))
        {
            throw Bad($"The query's limit is not a whole number from 1 to {MaxLimit}.");
        }

        return new PageRequest(limit, query["cursor"] switch
        {
            [] => null,
            [{ Length: > 0 and <= LongestCursor } cursor] when Base64Url.IsValid(cursor) => Encoding.UTF8.GetString(Base64Url.DecodeFromChars(cursor)),
            _ => throw Bad("The query's cursor is none that this API gave: use the one of the part before, or none for the beginning."),
        });
    }

    /// <summary>The cursor of the part behind an item.</summary>
    public static string CursorAfter(string key) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(key));

    /// <summary>Where the part begins in a list that is sorted by its keys, ordinally.</summary>
    public int StartIn<T>(IReadOnlyList<T> sorted, Func<T, string> keyOf)
    {
        int low = 0;
        int high = After is null ? 0 : sorted.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (string.CompareOrdinal(keyOf(sorted[middle]), After) <= 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    private static ApiException Bad(string problem) => new(StatusCodes.Status400BadRequest, ApiErrorCode.BadRequest, problem);
}
