using Akka.Actor;
using Akka.Cluster;
using Serilog;

namespace WasmActors.Host.Cluster;

/// <summary>Logs which nodes join, leave and are lost: one line each.</summary>
internal sealed class MembershipLog : ReceiveActor
{
    private readonly Akka.Cluster.Cluster _cluster = Akka.Cluster.Cluster.Get(Context.System);

    public MembershipLog(ILogger logger)
    {
        Receive<ClusterEvent.MemberUp>(up => IsOther(up.Member), up => logger.Information("The node {Node} has joined the cluster", up.Member.Address.ToString()));
        Receive<ClusterEvent.UnreachableMember>(silent => logger.Debug("The node {Node} does not answer", silent.Member.Address.ToString()));
        Receive<ClusterEvent.ReachableMember>(back => logger.Debug("The node {Node} answers again", back.Member.Address.ToString()));
        Receive<ClusterEvent.MemberRemoved>(removed => IsOther(removed.Member), removed =>
        {
            string node = removed.Member.Address.ToString();
            if (removed.PreviousStatus == MemberStatus.Down)
            {
                logger.Warning("The node {Node} did not answer and was removed from the cluster. Its keys start on other nodes", node);
            }
            else
            {
                logger.Information("The node {Node} has left the cluster", node);
            }
        });
        ReceiveAny(static _ => { }); // the state at the start, and other changes
    }

    protected override void PreStart() => _cluster.Subscribe(Self, [typeof(ClusterEvent.IMemberEvent), typeof(ClusterEvent.IReachabilityEvent)]);

    protected override void PostStop() => _cluster.Unsubscribe(Self);

    private bool IsOther(Member member) => member.Address != _cluster.SelfAddress;
}
