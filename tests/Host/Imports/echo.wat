(module
  (memory (export "memory") 1)
  (global $count (mut i32) (i32.const 0))
  (func (export "wasmactors_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "echo") (param i32 i32) (result i64)
    (i64.or (i64.shl (i64.extend_i32_u (local.get 0)) (i64.const 32)) (i64.extend_i32_u (local.get 1))))
  (func (export "trap") (param i32 i32) (result i64) unreachable)
  ;; One digit: how often this store was called.
  (func (export "counter") (param i32 i32) (result i64)
    (global.set $count (i32.add (global.get $count) (i32.const 1)))
    (i32.store8 (i32.const 0) (i32.add (global.get $count) (i32.const 48)))
    (i64.const 1)))
