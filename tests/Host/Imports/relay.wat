;; Passes its input on to another function and answers what that answers.
(module
  (import "wasmactors" "call" (func $call (param i32 i32 i32 i32 i32 i32 i32 i32) (result i64)))
  (memory (export "memory") 2)
  (global $next (mut i32) (i32.const 4096))
  (data (i32.const 0) "echo")
  (data (i32.const 16) "missing")
  (data (i32.const 32) "counter")
  (data (i32.const 48) "trap")
  (func (export "wasmactors_alloc") (param $length i32) (result i32)
    (global.get $next)
    (global.set $next (i32.add (global.get $next) (local.get $length))))

  ;; What failed is told as output too.
  (func $tell (param $answer i64) (result i64)
    (i64.and (local.get $answer) (i64.const 0xffffffff7fffffff)))

  (func (export "to_echo") (param i32 i32) (result i64)
    (call $tell (call $call (i32.const 0) (i32.const 4) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 4) (local.get 0) (local.get 1))))
  (func (export "to_missing") (param i32 i32) (result i64)
    (call $tell (call $call (i32.const 16) (i32.const 7) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 4) (local.get 0) (local.get 1))))
  (func (export "to_trap") (param i32 i32) (result i64)
    (call $tell (call $call (i32.const 0) (i32.const 4) (i32.const 0) (i32.const 0) (i32.const 48) (i32.const 4) (local.get 0) (local.get 1))))
  ;; The input is the key.
  (func (export "to_counter") (param i32 i32) (result i64)
    (call $tell (call $call (i32.const 32) (i32.const 7) (local.get 0) (local.get 1) (i32.const 32) (i32.const 7) (i32.const 0) (i32.const 0))))
  (func (export "outside") (param i32 i32) (result i64)
    (call $tell (call $call (i32.const -8) (i32.const 4) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 4) (local.get 0) (local.get 1))))
  (func (export "too_long") (param i32 i32) (result i64)
    (call $tell (call $call (i32.const 0) (i32.const -1) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 4) (local.get 0) (local.get 1))))
  (func (export "is_failed") (param i32 i32) (result i64)
    (if (i64.eqz (i64.and (i64.const 0x80000000) (call $call (i32.const 16) (i32.const 7) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 4) (i32.const 0) (i32.const 0))))
      (then unreachable))
    (i64.const 0)))
