using System.Text.RegularExpressions;

namespace WasmActors.Runtime.Tests.Interop;

/// <summary>Unsafe code and native functions are in one folder, where they can be read as a whole.</summary>
public sealed partial class SourceTests
{
    [SkippableFact]
    public void Unsafe_code_and_native_functions_are_in_interop_only()
    {
        string? root = Root();
        Skip.If(root is null, "the sources are not beside the tests");
        string interop = Path.Combine(root!, "src", "Runtime", "Interop") + Path.DirectorySeparatorChar;
        char separator = Path.DirectorySeparatorChar;
        string[] files =
        [
            .. Directory.EnumerateFiles(Path.Combine(root!, "src"), "*.cs", SearchOption.AllDirectories)
                .Where(f => !f.Contains($"{separator}obj{separator}", StringComparison.Ordinal) && !f.Contains($"{separator}bin{separator}", StringComparison.Ordinal)),
        ];

        string[] found = [.. files.Where(IsUnsafe)];
        Assert.Contains(found, f => f.StartsWith(interop, StringComparison.Ordinal));
        Assert.All(found, f => Assert.StartsWith(interop, f, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("internal static unsafe class A;", true)]
    [InlineData("[DllImport(\"x\")] static extern void F();", true)]
    [InlineData("[LibraryImport(\"x\")]", true)]
    [InlineData("GCHandle.Alloc(x)", true)]
    [InlineData("Unsafe.As<A>(x)", true)]
    [InlineData("// an unsafe character", false)]
    [InlineData("\"script-src 'unsafe-inline'\"", false)]
    [InlineData("private static bool IsUnsafe(char c)", false)]
    public void The_search_finds_what_it_looks_for(string line, bool found) => Assert.Equal(found, UnsafeCode().IsMatch(Comment().Replace(line, "")));

    private static bool IsUnsafe(string file) => UnsafeCode().IsMatch(Comment().Replace(File.ReadAllText(file), ""));

    private static string? Root()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "src", "Runtime", "WasmActors.Runtime.csproj")))
            {
                return folder.FullName;
            }
        }

        return null;
    }

    [GeneratedRegex(@"\b(unsafe(?!-)|stackalloc nint|DllImport|LibraryImport|UnmanagedCallersOnly|UnsafeAccessor|GCHandle|MemoryMarshal|Unsafe\.\w+)\b")]
    private static partial Regex UnsafeCode();

    [GeneratedRegex(@"//[^\n]*")]
    private static partial Regex Comment();
}
