;; The n-th Fibonacci number, by addition from the first two: fib(0) = 0, fib(1) = 1.
;; The result is exact up to fib(92), the last one that fits a signed 64-bit integer.
;;
;;   wasmactors run samples/guests/fib.wat --invoke fib 30
;;   832040
(module $fib
  (func $fib (export "fib") (param $n i32) (result i64)
    (local $a i64) ;; fib(i), from 0
    (local $b i64) ;; fib(i + 1)
    (local $sum i64)
    (local.set $b (i64.const 1))
    (block $done
      (loop $next
        (br_if $done (i32.eqz (local.get $n)))
        (local.set $sum (i64.add (local.get $a) (local.get $b)))
        (local.set $a (local.get $b))
        (local.set $b (local.get $sum))
        (local.set $n (i32.sub (local.get $n) (i32.const 1)))
        (br $next)))
    (local.get $a)))
