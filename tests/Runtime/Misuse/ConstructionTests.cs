using System.Reflection;
using WasmActors.Runtime.Stores;

namespace WasmActors.Runtime.Tests.Misuse;

/// <summary>What is impossible by construction.</summary>
public sealed class ConstructionTests
{
    [Fact]
    public void Nothing_public_hands_out_a_view_of_guest_memory_that_could_outlive_its_growth()
    {
        var members = typeof(WasmStore).Assembly.GetExportedTypes()
            .SelectMany(static type => type.GetMembers(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly));
        int seen = 0;
        foreach (var member in members)
        {
            seen++;
            Type[] given = member switch
            {
                MethodInfo method => [method.ReturnType, .. method.GetParameters().Where(static p => p.IsOut).Select(static p => p.ParameterType.GetElementType()!)],
                FieldInfo field => [field.FieldType],
                _ => [],
            };
            foreach (var type in given)
            {
                Assert.False(type.IsByRef || type.IsPointer || type == typeof(nint) || IsView(type), $"{member.DeclaringType}.{member.Name} hands out {type}.");
            }
        }

        Assert.InRange(seen, 100, int.MaxValue);
    }

    private static bool IsView(Type type) =>
        type.IsGenericType && (type.GetGenericTypeDefinition() == typeof(Span<>) || type.GetGenericTypeDefinition() == typeof(ReadOnlySpan<>) || type.GetGenericTypeDefinition() == typeof(Memory<>));
}
