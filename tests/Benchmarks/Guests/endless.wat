;; A short function, and one that tells that it started and never returns.
(module
  (import "env" "started" (func $started))
  (memory (export "memory") 1)
  (func (export "add") (param i32 i32) (result i32)
    (i32.add (local.get 0) (local.get 1)))
  (func (export "spin")
    (call $started)
    (loop $again (br $again))))
