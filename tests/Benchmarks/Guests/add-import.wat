;; One call makes one import: env.add does the adding.
(module
  (import "env" "add" (func $add (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "add") (param i32 i32) (result i32)
    (call $add (local.get 0) (local.get 1))))
