using System.Reflection;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Tests.Stores;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Tests.Misuse;

/// <summary>Null where something is required is an <see cref="ArgumentNullException"/> that names the parameter, in every public method.</summary>
public sealed class NullArgumentTests : IDisposable
{
    private const string Module = """
        (module
          (func (export "f") (param i32) (result i32) (local.get 0))
          (memory (export "memory") 1) (table (export "table") 1 funcref) (global (export "global") (mut i32) (i32.const 0)))
        """;

    private readonly TestStore _store = new();
    private readonly Dictionary<Type, object> _samples;

    public NullArgumentTests()
    {
        var instance = _store.Load(Module);
        Delegate callback = () => 1;
        _samples = new Dictionary<Type, object>
        {
            [typeof(WasmEngine)] = _store.Engine,
            [typeof(WasmStore)] = _store.Store,
            [typeof(WasmModule)] = instance.Module,
            [typeof(WasmInstance)] = instance,
            [typeof(WasmFunc)] = instance.GetFunc("f"),
            [typeof(WasmMemory)] = instance.GetMemory(),
            [typeof(WasmTable)] = instance.GetTable("table"),
            [typeof(WasmGlobal)] = instance.GetGlobal("global"),
            [typeof(WasmExtern)] = instance.GetMemory(),
            [typeof(InstanceExports)] = instance.Exports,
            [typeof(HostFunc)] = HostFunc.Create(callback),
            [typeof(ImportSet)] = new ImportSet(),
            [typeof(FuncType)] = new FuncType([], [ValType.I32]),
            [typeof(MemoryType)] = instance.GetMemory().Type,
            [typeof(TableType)] = instance.GetTable("table").Type,
            [typeof(GlobalType)] = instance.GetGlobal("global").Type,
            [typeof(Delegate)] = callback,
            [typeof(string)] = "f",
            [typeof(object)] = 1,
            [typeof(Stream)] = Stream.Null,
            [typeof(ValType)] = ValType.I32,
            [typeof(Val)] = Val.I32(1),
            [typeof(Val[])] = new Val[] { 1 },
            [typeof(int)] = 1,
            [typeof(long)] = 1L,
            [typeof(bool)] = false,
        };
    }

    public void Dispose() => _store.Dispose();

    [Fact]
    public void Null_where_something_is_required_is_an_argument_exception()
    {
        var nullability = new NullabilityInfoContext();
        var wrong = new List<string>();
        int tried = 0;
        foreach (var method in typeof(WasmStore).Assembly.GetExportedTypes().Where(IsOurs).SelectMany(Methods))
        {
            var parameters = method.GetParameters();
            for (int i = 0; i < parameters.Length; i++)
            {
                if (parameters[i].ParameterType.IsValueType || nullability.Create(parameters[i]).WriteState == NullabilityState.Nullable)
                {
                    continue;
                }

                if (Arguments(parameters, i) is not { } arguments)
                {
                    continue; // takes what this test has no sample of
                }

                tried++;
                var thrown = Thrown(method, arguments);
                if (thrown is not ArgumentNullException { ParamName: { } name } || name != parameters[i].Name)
                {
                    wrong.Add($"{method.DeclaringType!.Name}.{method.Name}, parameter {parameters[i].Name}: {thrown?.GetType().Name ?? "nothing"} {thrown?.Message}");
                }
            }
        }

        Assert.True(wrong.Count == 0, string.Join(Environment.NewLine, wrong));
        Assert.InRange(tried, 40, int.MaxValue);
    }

    // Records and enumerations of plain data take what they are given.
    private bool IsOurs(Type type) => _samples.ContainsKey(type) && !typeof(ExternType).IsAssignableFrom(type) && type != typeof(Val) && type.Namespace!.StartsWith("WasmActors", StringComparison.Ordinal);

    private static IEnumerable<MethodInfo> Methods(Type type) => type
        .GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
        .Where(static m => !m.ContainsGenericParameters && !m.IsSpecialName && m.Name is not ("Equals" or "Dispose"));

    private object?[]? Arguments(ParameterInfo[] parameters, int absent)
    {
        var arguments = new object?[parameters.Length];
        for (int i = 0; i < arguments.Length; i++)
        {
            if (i == absent)
            {
                continue;
            }

            if (_samples.TryGetValue(parameters[i].ParameterType, out object? sample))
            {
                arguments[i] = sample;
            }
            else if (parameters[i].HasDefaultValue)
            {
                arguments[i] = parameters[i].DefaultValue;
            }
            else
            {
                return null;
            }
        }

        return arguments;
    }

    private Exception? Thrown(MethodInfo method, object?[] arguments)
    {
        try
        {
            method.Invoke(method.IsStatic ? null : _samples[method.DeclaringType!], arguments);
            return null;
        }
        catch (TargetInvocationException thrown)
        {
            return thrown.InnerException;
        }
    }
}
