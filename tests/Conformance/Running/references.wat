;; What only a guest can tell of a reference into its heap, and how objects of the host get there and back.
(module $references
  (func (export "eq") (param anyref) (result i32) (ref.test (ref eq) (local.get 0)))
  (func (export "i31") (param anyref) (result i32) (ref.test (ref i31) (local.get 0)))
  (func (export "struct") (param anyref) (result i32) (ref.test (ref struct) (local.get 0)))
  (func (export "array") (param anyref) (result i32) (ref.test (ref array) (local.get 0)))
  (func (export "internalize") (param externref) (result anyref) (any.convert_extern (local.get 0)))
  (func (export "externalize") (param anyref) (result externref) (extern.convert_any (local.get 0))))
