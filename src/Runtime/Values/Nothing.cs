namespace WasmActors.Runtime.Values;

/// <summary>The result type of a typed call of a function that returns nothing: <c>CallAsync&lt;int, Nothing&gt;(5)</c>.</summary>
public readonly record struct Nothing;
