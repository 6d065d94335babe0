using System.Text;

namespace WasmActors.Resilience.Http;

/// <summary>A request that was made up.</summary>
/// <param name="Operation">What it began as.</param>
/// <param name="Method">Its method.</param>
/// <param name="Bytes">As it is written.</param>
/// <param name="IsBroken">Whether it is no whole HTTP: then it may be left without an answer.</param>
/// <param name="Scope">What its key allows: 0 nothing, 1 call, 2 deploy, 3 admin or no key needed.</param>
internal sealed record FuzzRequest(ApiOperation Operation, string Method, byte[] Bytes, bool IsBroken, int Scope)
{
    /// <summary>Whether the method is the operation's: methods are taken in any case.</summary>
    internal bool IsAsDescribed => Method.Equals(Operation.Method, StringComparison.OrdinalIgnoreCase);

    /// <summary>Its beginning, to be shown.</summary>
    public override string ToString()
    {
        string text = Encoding.Latin1.GetString(Bytes, 0, Math.Min(Bytes.Length, 1500));
        var shown = new StringBuilder();
        foreach (char c in text)
        {
            shown.Append(c is '\n' ? "\n" : c is '\r' ? "" : c is < ' ' or > '~' ? $"\\x{(int)c:x2}" : c.ToString());
        }

        return shown.ToString();
    }
}
