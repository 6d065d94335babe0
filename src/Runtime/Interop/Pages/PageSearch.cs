namespace WasmActors.Runtime.Interop.Pages;

/// <summary>How the pages are found that a guest may have changed.</summary>
internal enum PageSearch
{
    /// <summary>The system lists the pages that were written: <c>PAGEMAP_SCAN</c> (Linux 6.7).</summary>
    Scan,

    /// <summary>The system lists the pages that are there: <c>/proc/self/pagemap</c> (Linux).</summary>
    PageMap,

    /// <summary>All pages are read.</summary>
    Compare,
}
