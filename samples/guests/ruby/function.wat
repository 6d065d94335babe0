;; Makes a function of bytes out of the Ruby that npm has for JavaScript hosts (@ruby/3.4-wasm-wasi).
;; The input is Ruby code, the output is its value as text. The interpreter starts with the first call of a store.
;; A keyed function keeps it, with all that the code has defined.
;;
;;   npm pack @ruby/3.4-wasm-wasi@2.10.1 && tar xzf ruby-3.4-wasm-wasi-2.10.1.tgz
;;   npx -p binaryen wasm-merge package/dist/ruby.wasm ruby function.wat canonical_abi \
;;     no-javascript.wat rb-js-abi-host --enable-bulk-memory --enable-nontrapping-float-to-int --enable-sign-ext \
;;     -o ruby.wasm
;;   wasmactors deploy ruby.wasm --kind keyed
;;   wasmactors call ruby eval --key customer-7 --data '$visits = $visits.to_i + 1'
;;
;; An exception fails the call with trap.unreachable. The call's standard error has its message.
(module $function
  (import "ruby" "memory" (memory 0))
  (import "ruby" "cabi_realloc" (func $realloc (param i32 i32 i32 i32) (result i32)))
  (import "ruby" "canonical_abi_drop_rb-abi-value" (func $release (param i32)))
  (import "ruby" "ruby-init: func(args: list<string>) -> ()" (func $ruby_init (param i32 i32)))
  ;; Both return the address of a value and of a status, which is not 0 after an exception.
  (import "ruby" "rb-eval-string-protect: func(str: string) -> tuple<handle<rb-abi-value>, s32>"
    (func $ruby_eval (param i32 i32) (result i32)))
  (import
    "ruby"
    "rb-funcallv-protect: func(recv: handle<rb-abi-value>, mid: u32, args: list<handle<rb-abi-value>>) -> tuple<handle<rb-abi-value>, s32>"
    (func $ruby_send (param i32 i32 i32 i32) (result i32)))
  (import "ruby" "rb-intern: func(name: string) -> u32" (func $ruby_intern (param i32 i32) (result i32)))
  (import "ruby" "rb-errinfo: func() -> handle<rb-abi-value>" (func $ruby_errinfo (result i32)))
  (import "ruby" "rb-clear-errinfo: func() -> ()" (func $ruby_clear_errinfo))
  ;; Returns the address of a text's address and length.
  (import "ruby" "rstring-ptr: func(value: handle<rb-abi-value>) -> string" (func $ruby_text (param i32) (result i32)))
  (import "ruby" "cabi_post_rstring-ptr" (func $ruby_free_text (param i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))

  ;;            0       5                 20         28       34      39
  (data $texts "ruby\00--disable-gems\00-EUTF-8\00-e_=0\00to_s\00full_message\00")
  (global $texts_length i32 (i32.const 52))
  (global $texts (mut i32) (i32.const 0))        ;; where they are, and 4 bytes for the length that fd_write returns
  (global $input (mut i32) (i32.const 0))        ;; room for the input, used again for each call
  (global $input_size (mut i32) (i32.const 0))
  (global $to_s (mut i32) (i32.const 0))         ;; the method's symbol; 0 before the interpreter has started
  (global $full_message (mut i32) (i32.const 0))
  (global $output (mut i32) (i32.const 0))       ;; what $ruby_text returned for the last output

  ;; Handles of values are their addresses in Ruby, which keeps the values until they are released.
  (func (export "resource_new_rb-abi-value") (param $address i32) (result i32) (local.get $address))
  (func (export "resource_get_rb-abi-value") (param $handle i32) (result i32) (local.get $handle))
  (func (export "resource_drop_js-abi-value") (param $handle i32))

  ;; Ruby copies the code and does not free it.
  (func (export "wasmactors_alloc") (param $length i32) (result i32)
    (if (i32.gt_u (local.get $length) (global.get $input_size))
      (then
        (global.set $input
          (call $realloc (global.get $input) (global.get $input_size) (i32.const 1) (local.get $length)))
        (global.set $input_size (local.get $length))))
    (global.get $input))

  ;; The only thing that the host frees is the last output.
  (func (export "wasmactors_free") (param $address i32) (param $length i32)
    (call $ruby_free_text (global.get $output)))

  (func (export "eval") (param $code i32) (param $length i32) (result i64)
    (local $answer i32)
    (if (i32.eqz (global.get $to_s)) (then (call $start)))
    (local.set $answer (call $ruby_eval (local.get $code) (local.get $length)))
    (if (i32.load offset=4 (local.get $answer)) (then (call $fail)))
    (global.set $output (call $text (i32.load (local.get $answer)) (global.get $to_s)))
    (i64.or
      (i64.shl (i64.extend_i32_u (i32.load (global.get $output))) (i64.const 32))
      (i64.extend_i32_u (i32.load offset=4 (global.get $output)))))

  ;; Starts the interpreter with the arguments "ruby --disable-gems -EUTF-8 -e_=0".
  (func $start
    (local $arguments i32)
    (global.set $texts (call $allocate (i32.add (global.get $texts_length) (i32.const 4))))
    (memory.init $texts (global.get $texts) (i32.const 0) (global.get $texts_length))
    (local.set $arguments (call $allocate (i32.const 32)))
    (call $argument (local.get $arguments) (i32.const 0) (global.get $texts) (i32.const 5))
    (call $argument (local.get $arguments) (i32.const 8) (i32.add (global.get $texts) (i32.const 5)) (i32.const 15))
    (call $argument (local.get $arguments) (i32.const 16) (i32.add (global.get $texts) (i32.const 20)) (i32.const 8))
    (call $argument (local.get $arguments) (i32.const 24) (i32.add (global.get $texts) (i32.const 28)) (i32.const 6))
    (call $ruby_init (local.get $arguments) (i32.const 4))
    (global.set $full_message (call $ruby_intern (i32.add (global.get $texts) (i32.const 39)) (i32.const 12)))
    (global.set $to_s (call $ruby_intern (i32.add (global.get $texts) (i32.const 34)) (i32.const 4))))

  (func $allocate (param $length i32) (result i32)
    (call $realloc (i32.const 0) (i32.const 0) (i32.const 4) (local.get $length)))

  (func $argument (param $arguments i32) (param $offset i32) (param $text i32) (param $length i32)
    (local $place i32)
    (local.set $place (i32.add (local.get $arguments) (local.get $offset)))
    (i32.store (local.get $place) (local.get $text))
    (i32.store offset=4 (local.get $place) (local.get $length)))

  ;; Writes the exception to standard error and traps. The interpreter can be used again.
  (func $fail
    (local $exception i32)
    (local.set $exception (call $ruby_errinfo))
    (call $ruby_clear_errinfo)
    (drop (call $fd_write
      (i32.const 2)
      (call $text (local.get $exception) (global.get $full_message))
      (i32.const 1)
      (i32.add (global.get $texts) (global.get $texts_length))))
    unreachable)

  ;; Calls a method that returns a text, and releases the value.
  (func $text (param $value i32) (param $method i32) (result i32)
    (local $answer i32)
    (local $string i32)
    (local $text i32)
    (local.set $answer (call $ruby_send (local.get $value) (local.get $method) (i32.const 0) (i32.const 0)))
    (call $release (local.get $value))
    (if (i32.load offset=4 (local.get $answer))
      (then
        (if (i32.eq (local.get $method) (global.get $full_message)) (then (unreachable)))
        (call $fail)))
    (local.set $string (i32.load (local.get $answer)))
    (local.set $text (call $ruby_text (local.get $string)))
    (call $release (local.get $string))
    (local.get $text)))
