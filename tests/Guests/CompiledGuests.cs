namespace WasmActors.Guests;

/// <summary>Where compiled modules stay between test runs if they are too expensive to be compiled for each.</summary>
public static class CompiledGuests
{
    /// <summary>A folder for a module cache. It may not exist yet.</summary>
    public static string Folder => GuestCache.Entry("compiled");
}
