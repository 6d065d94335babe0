namespace WasmActors.Actors.Mailboxes;

/// <summary>Something that can stand in a <see cref="MailLine"/>, in one at a time.</summary>
internal abstract class Mail
{
    /// <summary>What stands behind it; the line's own.</summary>
    internal ref Mail? Next => ref _next;

    private Mail? _next;
}
