using Akka.Cluster;
using Microsoft.AspNetCore.Http;
using WasmActors.Host.Cluster;
using WasmActors.Host.Contracts;

namespace WasmActors.Host.Http;

/// <summary>The cluster's nodes.</summary>
internal sealed class NodeEndpoints(Node node)
{
    public Task ListAsync(HttpContext context)
    {
        var state = node.Members.State;
        var nodes = state.Members.Select(m => new NodeModel(
            m.Address.ToString(),
            Word(m.Status),
            [.. m.Roles.Order(StringComparer.Ordinal)],
            m.Address.Equals(node.Members.SelfAddress),
            m.Address.Equals(state.Leader),
            !state.Unreachable.Contains(m)));
        return JsonAnswer.WriteAsync(context, new NodeList([.. nodes]), AnswerJson.Models.NodeList);
    }

    private static string Word(MemberStatus status) => status switch
    {
        MemberStatus.WeaklyUp => "weaklyUp",
        _ => status.ToString().ToLowerInvariant(),
    };
}
