using CsCheck;
using Microsoft.AspNetCore.Http;
using WasmActors.Host.Contracts;
using WasmActors.Host.Http.Requests;

namespace WasmActors.Host.Tests.Http.Requests;

public sealed class PageRequestTests
{
    [Fact]
    public void Parts_one_after_the_other_have_each_item_once_whatever_comes_and_goes_meanwhile() =>
        Gen.Select(Gen.String[Gen.Char.AlphaNumeric, 1, 8].Array[0, 40], Gen.Int[1, 7], Gen.Int[0, 1000]).Sample((names, limit, seed) =>
        {
            var random = new Random(seed);
            string[] kept = [.. names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
            var seen = new List<string>();
            string? cursor = null;
            do
            {
                var page = Of($"?limit={limit}{(cursor is null ? "" : $"&cursor={cursor}")}");
                string[] now = [.. kept.Concat(Enumerable.Range(0, random.Next(4)).Select(_ => $"{(char)('0' + random.Next(75))}~")).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
                int at = page.StartIn(now, static n => n);
                var part = now.Skip(at).Take(page.Limit).ToList();
                seen.AddRange(part.Where(static n => !n.EndsWith('~')));
                cursor = at + part.Count < now.Length ? PageRequest.CursorAfter(part[^1]) : null;
            }
            while (cursor is not null);

            Assert.Equal(kept, seen, StringComparer.Ordinal);
        });

    [Theory]
    [InlineData("?limit=0")]
    [InlineData("?limit=1001")]
    [InlineData("?limit=x")]
    [InlineData("?limit=-1")]
    [InlineData("?limit=")]
    [InlineData("?limit=1&limit=2")]
    [InlineData("?cursor=")]
    [InlineData("?cursor=*")]
    [InlineData("?cursor=YQ&cursor=YQ")]
    public void Anything_else_is_refused(string query) =>
        Assert.Equal("http.bad_request", Assert.Throws<ApiException>(() => Of(query)).Code);

    private static PageRequest Of(string query) => PageRequest.Of(new DefaultHttpContext { Request = { QueryString = new QueryString(query) } }.Request);
}
