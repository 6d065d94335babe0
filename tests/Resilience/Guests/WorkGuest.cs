namespace WasmActors.Resilience.Guests;

/// <summary>A guest that computes for as long as it is told.</summary>
internal static class WorkGuest
{
    internal const string Text = """
        (module (func (export "work") (param i32) (result i32) (local i32)
          (loop $again
            (local.set 1 (i32.add (i32.mul (local.get 1) (i32.const 31)) (local.get 0)))
            (local.set 0 (i32.sub (local.get 0) (i32.const 1)))
            (br_if $again (local.get 0)))
          (local.get 1)))
        """;
}
