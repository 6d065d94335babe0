using System.Linq.Expressions;
using System.Reflection;
using WasmActors.Actors.Handles;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Values;

namespace WasmActors.Actors.Imports;

/// <summary>Calls a delegate that answers an import later, with a guest's values, and awaits what it returns.</summary>
internal sealed class AsyncThunk
{
    private const BindingFlags Private = BindingFlags.Static | BindingFlags.NonPublic;

    private readonly Func<CallerRef, IReadOnlyList<Val>, ValueTask<object?>> _invoke;
    private readonly bool _spreads;

    private AsyncThunk(string name, FuncType type, Func<CallerRef, IReadOnlyList<Val>, ValueTask<object?>> invoke, bool spreads)
    {
        Name = name;
        Type = type;
        _invoke = invoke;
        _spreads = spreads;
    }

    internal string Name { get; }

    internal FuncType Type { get; }

    /// <exception cref="WasmError"><c>host.bad_signature</c>: the delegate returns no task, or its types do not fit.</exception>
    internal static AsyncThunk Create(string name, FuncType? type, Delegate callback)
    {
        var (parameters, task) = HostSignature.Shape(callback);
        if (ResultOf(task) is not { } result)
        {
            throw new WasmError(ErrorCode.HostBadSignature, $"Served import '{name}' must return a Task or ValueTask, not {task.Name}: a delegate that answers at once is a host function, see ImportSet.Define.");
        }

        bool wantsCaller = parameters.Length > 0 && parameters[0] == typeof(CallerRef);
        Type[] own = wantsCaller ? parameters[1..] : parameters;
        type ??= HostSignature.TypeOf(name, own, result, typeof(FuncRef));
        HostSignature.Check(name, type, own, result, typeof(FuncRef));
        bool spreads = result == typeof(void) || HostSignature.IsList(result) || TupleShape.IsTuple(result);
        return new AsyncThunk(name, type, Compile(callback, wantsCaller, own, task), spreads);
    }

    /// <summary>Calls the delegate; its results are checked against the type.</summary>
    /// <exception cref="WasmError"><c>host.bad_result</c></exception>
    /// <exception cref="Exception">What the delegate throws.</exception>
    internal async ValueTask<Val[]> InvokeAsync(CallerRef caller, IReadOnlyList<Val> arguments)
    {
        object? returned = await _invoke(caller, arguments).ConfigureAwait(false);
        object?[] values = _spreads ? HostResult.Spread(returned) : [returned];
        return HandleValues.Results(Type, values, Name);
    }

    private static Type? ResultOf(Type task) =>
        task == typeof(Task) || task == typeof(ValueTask) ? typeof(void)
        : task.IsGenericType && (task.GetGenericTypeDefinition() == typeof(Task<>) || task.GetGenericTypeDefinition() == typeof(ValueTask<>)) ? task.GetGenericArguments()[0]
        : null;

    private static Func<CallerRef, IReadOnlyList<Val>, ValueTask<object?>> Compile(Delegate callback, bool wantsCaller, Type[] parameters, Type task)
    {
        var caller = Expression.Parameter(typeof(CallerRef), "caller");
        var values = Expression.Parameter(typeof(IReadOnlyList<Val>), "arguments");
        var item = typeof(IReadOnlyList<Val>).GetProperty("Item")!;
        Expression[] arguments = parameters.Length == 1 && parameters[0] == typeof(Val[])
            ? [Expression.Call(typeof(AsyncThunk).GetMethod(nameof(ToArray), Private)!, values)]
            : [.. parameters.Select((type, i) => Argument(Expression.Property(values, item, Expression.Constant(i)), type))];
        Expression call = Expression.Invoke(Expression.Constant(callback), wantsCaller ? arguments.Prepend(caller) : arguments);
        string await = task.IsGenericType
            ? task.GetGenericTypeDefinition() == typeof(Task<>) ? nameof(OfTask) : nameof(OfValueTask)
            : task == typeof(Task) ? nameof(OfPlainTask) : nameof(OfPlainValueTask);
        var method = typeof(AsyncThunk).GetMethod(await, Private)!;
        return Expression.Lambda<Func<CallerRef, IReadOnlyList<Val>, ValueTask<object?>>>(
            Expression.Call(task.IsGenericType ? method.MakeGenericMethod(task.GetGenericArguments()) : method, call),
            caller,
            values).Compile();
    }

    private static Expression Argument(Expression value, Type type) => type == typeof(Val)
        ? value
        : Expression.Call(typeof(HostThunkCompiler).GetMethod(nameof(HostThunkCompiler.Unpack), Private)!.MakeGenericMethod(type), value);

    private static Val[] ToArray(IReadOnlyList<Val> values) => [.. values];

    private static async ValueTask<object?> OfTask<T>(Task<T> task) => await task.ConfigureAwait(false);

    private static async ValueTask<object?> OfValueTask<T>(ValueTask<T> task) => await task.ConfigureAwait(false);

    private static async ValueTask<object?> OfPlainTask(Task task)
    {
        await task.ConfigureAwait(false);
        return null;
    }

    private static async ValueTask<object?> OfPlainValueTask(ValueTask task)
    {
        await task.ConfigureAwait(false);
        return null;
    }
}
