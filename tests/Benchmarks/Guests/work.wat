;; CPU-bound work, the same in every round: primes below a million by a sieve, the product of two matrices of 128 x 128
;; doubles, and an FNV-1a hash over both, with inner loops unrolled four times as a compiler does. `work` gives the sum over
;; its rounds of (hash xor number of primes).
;;   0         sieve, one byte for each number
;;   1048576   matrix A, then B at 1179648 and C at 1310720
(module
  (memory (export "memory") 24)

  (func $sieve (result i32)
    (local $i i32) (local $j i32) (local $primes i32)
    (memory.fill (i32.const 0) (i32.const 1) (i32.const 1000000))
    (i32.store16 (i32.const 0) (i32.const 0))
    (local.set $i (i32.const 2))
    (loop $outer
      (if (i32.load8_u (local.get $i))
        (then
          (local.set $j (i32.mul (local.get $i) (local.get $i)))
          (loop $strike
            (i32.store8 (local.get $j) (i32.const 0))
            (br_if $strike (i32.lt_u (local.tee $j (i32.add (local.get $j) (local.get $i))) (i32.const 1000000))))))
      (br_if $outer (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 1000))))
    (local.set $i (i32.const 0))
    (loop $count
      (local.set $primes (i32.add (local.get $primes) (i32.add
        (i32.add (i32.load8_u (local.get $i)) (i32.load8_u offset=1 (local.get $i)))
        (i32.add (i32.load8_u offset=2 (local.get $i)) (i32.load8_u offset=3 (local.get $i))))))
      (br_if $count (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 4))) (i32.const 1000000))))
    (local.get $primes))

  (func $fill
    (local $i i32) (local $j i32) (local $at i32)
    (loop $row
      (local.set $j (i32.const 0))
      (loop $column
        (local.set $at (i32.shl (i32.add (i32.shl (local.get $i) (i32.const 7)) (local.get $j)) (i32.const 3)))
        (f64.store offset=1048576 (local.get $at)
          (f64.convert_i32_u (i32.rem_u (i32.add (i32.mul (local.get $i) (i32.const 3)) (local.get $j)) (i32.const 17))))
        (f64.store offset=1179648 (local.get $at)
          (f64.convert_i32_u (i32.rem_u (i32.add (local.get $i) (i32.mul (local.get $j) (i32.const 5))) (i32.const 13))))
        (br_if $column (i32.lt_u (local.tee $j (i32.add (local.get $j) (i32.const 1))) (i32.const 128))))
      (br_if $row (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 128)))))

  (func $multiply
    (local $i i32) (local $j i32) (local $k i32) (local $left i32) (local $right i32) (local $sum f64)
    (loop $row
      (local.set $j (i32.const 0))
      (loop $column
        (local.set $k (i32.const 0))
        (local.set $sum (f64.const 0))
        (local.set $left (i32.shl (local.get $i) (i32.const 10)))
        (local.set $right (i32.shl (local.get $j) (i32.const 3)))
        (loop $term
          (local.set $sum (f64.add (local.get $sum)
            (f64.mul (f64.load offset=1048576 (local.get $left)) (f64.load offset=1179648 (local.get $right)))))
          (local.set $sum (f64.add (local.get $sum)
            (f64.mul (f64.load offset=1048584 (local.get $left)) (f64.load offset=1180672 (local.get $right)))))
          (local.set $sum (f64.add (local.get $sum)
            (f64.mul (f64.load offset=1048592 (local.get $left)) (f64.load offset=1181696 (local.get $right)))))
          (local.set $sum (f64.add (local.get $sum)
            (f64.mul (f64.load offset=1048600 (local.get $left)) (f64.load offset=1182720 (local.get $right)))))
          (local.set $left (i32.add (local.get $left) (i32.const 32)))
          (local.set $right (i32.add (local.get $right) (i32.const 4096)))
          (br_if $term (i32.lt_u (local.tee $k (i32.add (local.get $k) (i32.const 4))) (i32.const 128))))
        (f64.store offset=1310720
          (i32.shl (i32.add (i32.shl (local.get $i) (i32.const 7)) (local.get $j)) (i32.const 3))
          (local.get $sum))
        (br_if $column (i32.lt_u (local.tee $j (i32.add (local.get $j) (i32.const 1))) (i32.const 128))))
      (br_if $row (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 128)))))

  (func $hash (param $hash i32) (param $at i32) (param $end i32) (result i32)
    (loop $bytes
      (local.set $hash (i32.mul (i32.xor (local.get $hash) (i32.load8_u offset=0 (local.get $at))) (i32.const 16777619)))
      (local.set $hash (i32.mul (i32.xor (local.get $hash) (i32.load8_u offset=1 (local.get $at))) (i32.const 16777619)))
      (local.set $hash (i32.mul (i32.xor (local.get $hash) (i32.load8_u offset=2 (local.get $at))) (i32.const 16777619)))
      (local.set $hash (i32.mul (i32.xor (local.get $hash) (i32.load8_u offset=3 (local.get $at))) (i32.const 16777619)))
      (br_if $bytes (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 4))) (local.get $end))))
    (local.get $hash))

  (func (export "work") (param $rounds i32) (result i32)
    (local $primes i32) (local $sum i32)
    (loop $round
      (local.set $primes (call $sieve))
      (call $fill)
      (call $multiply)
      (local.set $sum (i32.add (local.get $sum)
        (i32.xor
          (call $hash (call $hash (i32.const 0x811c9dc5) (i32.const 0) (i32.const 1000000)) (i32.const 1310720) (i32.const 1441792))
          (local.get $primes))))
      (br_if $round (local.tee $rounds (i32.sub (local.get $rounds) (i32.const 1)))))
    (local.get $sum)))
