;; A small library of numbers, vectors, text and sorting: something to look around in.
(module $library
  (import "env" "log" (func $log (param i32 i32)))

  (memory (export "memory") 1 16)
  (table (export "operations") 4 funcref)
  (global $heap (export "heap_top") (mut i32) (i32.const 1024))
  (global (export "version") i32 (i32.const 3))
  (type $binary (func (param i32 i32) (result i32)))
  (elem (i32.const 0) $gcd $lcm $min $max)
  (data (i32.const 16) "library ready")

  ;; --- whole numbers ---
  (func $gcd (export "gcd") (param $a i32) (param $b i32) (result i32) (local $t i32)
    (block $done
      (loop $next
        (br_if $done (i32.eqz (local.get $b)))
        (local.set $t (i32.rem_u (local.get $a) (local.get $b)))
        (local.set $a (local.get $b))
        (local.set $b (local.get $t))
        (br $next)))
    (local.get $a))
  (func $lcm (export "lcm") (param $a i32) (param $b i32) (result i32)
    (i32.mul (i32.div_u (local.get $a) (call $gcd (local.get $a) (local.get $b))) (local.get $b)))
  (func $min (export "min") (param $a i32) (param $b i32) (result i32)
    (select (local.get $a) (local.get $b) (i32.lt_s (local.get $a) (local.get $b))))
  (func $max (export "max") (param $a i32) (param $b i32) (result i32)
    (select (local.get $a) (local.get $b) (i32.gt_s (local.get $a) (local.get $b))))
  (func $factorial (export "factorial") (param $n i64) (result i64)
    (if (result i64) (i64.le_u (local.get $n) (i64.const 1))
      (then (i64.const 1))
      (else (i64.mul (local.get $n) (call $factorial (i64.sub (local.get $n) (i64.const 1)))))))
  (func (export "is_prime") (param $n i32) (result i32) (local $d i32)
    (if (i32.lt_u (local.get $n) (i32.const 2)) (then (return (i32.const 0))))
    (local.set $d (i32.const 2))
    (block $done
      (loop $next
        (br_if $done (i32.gt_u (i32.mul (local.get $d) (local.get $d)) (local.get $n)))
        (if (i32.eqz (i32.rem_u (local.get $n) (local.get $d))) (then (return (i32.const 0))))
        (local.set $d (i32.add (local.get $d) (i32.const 1)))
        (br $next)))
    (i32.const 1))
  (func (export "divmod") (param $a i32) (param $b i32) (result i32 i32)
    (i32.div_s (local.get $a) (local.get $b))
    (i32.rem_s (local.get $a) (local.get $b)))
  (func (export "apply") (param $operation i32) (param $a i32) (param $b i32) (result i32)
    (call_indirect (type $binary) (local.get $a) (local.get $b) (local.get $operation)))

  ;; --- floating point ---
  (func (export "hypotenuse") (param $a f64) (param $b f64) (result f64)
    (f64.sqrt (f64.add (f64.mul (local.get $a) (local.get $a)) (f64.mul (local.get $b) (local.get $b)))))
  (func (export "lerp") (param $a f32) (param $b f32) (param $t f32) (result f32)
    (f32.add (local.get $a) (f32.mul (f32.sub (local.get $b) (local.get $a)) (local.get $t))))
  (func (export "polar") (param $x f64) (param $y f64) (result f64 f64)
    (f64.sqrt (f64.add (f64.mul (local.get $x) (local.get $x)) (f64.mul (local.get $y) (local.get $y))))
    (f64.div (local.get $y) (local.get $x)))

  ;; --- vectors ---
  (func (export "add_lanes") (param $a v128) (param $b v128) (result v128)
    (i32x4.add (local.get $a) (local.get $b)))
  (func (export "sum_lanes") (param $v v128) (result i32)
    (i32.add
      (i32.add (i32x4.extract_lane 0 (local.get $v)) (i32x4.extract_lane 1 (local.get $v)))
      (i32.add (i32x4.extract_lane 2 (local.get $v)) (i32x4.extract_lane 3 (local.get $v)))))

  ;; --- memory and text ---
  (func $alloc (export "alloc") (param $size i32) (result i32)
    (global.get $heap)
    (global.set $heap (i32.add (global.get $heap) (i32.and (i32.add (local.get $size) (i32.const 7)) (i32.const -8)))))
  (func (export "reset") (global.set $heap (i32.const 1024)))
  (func (export "checksum") (param $at i32) (param $length i32) (result i32) (local $sum i32)
    (local.set $sum (i32.const -2128831035))
    (block $done
      (loop $next
        (br_if $done (i32.eqz (local.get $length)))
        (local.set $sum (i32.mul (i32.xor (local.get $sum) (i32.load8_u (local.get $at))) (i32.const 16777619)))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (local.set $length (i32.sub (local.get $length) (i32.const 1)))
        (br $next)))
    (local.get $sum))
  (func (export "upper") (param $at i32) (param $length i32) (local $c i32)
    (block $done
      (loop $next
        (br_if $done (i32.eqz (local.get $length)))
        (local.set $c (i32.load8_u (local.get $at)))
        (if (i32.lt_u (i32.sub (local.get $c) (i32.const 97)) (i32.const 26))
          (then (i32.store8 (local.get $at) (i32.sub (local.get $c) (i32.const 32)))))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (local.set $length (i32.sub (local.get $length) (i32.const 1)))
        (br $next))))
  (func (export "say_ready") (call $log (i32.const 16) (i32.const 13)))

  ;; --- sorting: i32s in memory, by insertion ---
  (func (export "sort") (param $at i32) (param $count i32)
    (local $i i32) (local $j i32) (local $value i32)
    (local.set $i (i32.const 1))
    (block $done
      (loop $outer
        (br_if $done (i32.ge_u (local.get $i) (local.get $count)))
        (local.set $value (i32.load (i32.add (local.get $at) (i32.shl (local.get $i) (i32.const 2)))))
        (local.set $j (local.get $i))
        (block $placed
          (loop $inner
            (br_if $placed (i32.eqz (local.get $j)))
            (br_if $placed (i32.le_s
              (i32.load (i32.add (local.get $at) (i32.shl (i32.sub (local.get $j) (i32.const 1)) (i32.const 2))))
              (local.get $value)))
            (i32.store
              (i32.add (local.get $at) (i32.shl (local.get $j) (i32.const 2)))
              (i32.load (i32.add (local.get $at) (i32.shl (i32.sub (local.get $j) (i32.const 1)) (i32.const 2)))))
            (local.set $j (i32.sub (local.get $j) (i32.const 1)))
            (br $inner)))
        (i32.store (i32.add (local.get $at) (i32.shl (local.get $j) (i32.const 2))) (local.get $value))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br $outer))))

  ;; --- references ---
  (func (export "operation") (param $index i32) (result funcref) (table.get 0 (local.get $index)))
  (func (export "same_object") (param externref) (result externref) (local.get 0)))
