;; The loop behind `@` for float64 matrices in the browser, where NumPy comes without a BLAS.
;;
;; C (m, p) = A (m, n) B (n, p), all with strides in bytes. B is copied in panels of 256 rows and 8
;; columns that lie in one piece, padded by zeros; each panel is multiplied by two rows of A at a
;; time, in eight vectors of two numbers. products.py puts it in NumPy's place.
(module
  (@dylink.0 (mem-info (memory 16512 4)))  ;; bytes of its own: a panel, and a tile of 2 x 8 results
  (import "env" "memory" (memory 0))
  (import "env" "__memory_base" (global $panel i32))

  ;; What NumPy calls: N pairs of matrices, each `steps` further. All arguments are addresses.
  (func (export "products") (param $args i32) (param $dims i32) (param $steps i32) (param $data i32)
    (local $pair i32)
    (block $done
      (loop $next
        (br_if $done (i32.ge_s (local.get $pair) (i32.load (local.get $dims))))
        (call $product
          (i32.add (i32.load (local.get $args))
            (i32.mul (local.get $pair) (i32.load (local.get $steps))))
          (i32.add (i32.load offset=4 (local.get $args))
            (i32.mul (local.get $pair) (i32.load offset=4 (local.get $steps))))
          (i32.add (i32.load offset=8 (local.get $args))
            (i32.mul (local.get $pair) (i32.load offset=8 (local.get $steps))))
          (i32.load offset=4 (local.get $dims))
          (i32.load offset=8 (local.get $dims))
          (i32.load offset=12 (local.get $dims))
          (i32.load offset=12 (local.get $steps))
          (i32.load offset=16 (local.get $steps))
          (i32.load offset=20 (local.get $steps))
          (i32.load offset=24 (local.get $steps))
          (i32.load offset=28 (local.get $steps))
          (i32.load offset=32 (local.get $steps)))
        (local.set $pair (i32.add (local.get $pair) (i32.const 1)))
        (br $next))))

  (func $product
    (param $a i32) (param $b i32) (param $c i32) (param $m i32) (param $n i32) (param $p i32)
    (param $a_row i32) (param $a_col i32) (param $b_row i32) (param $b_col i32)
    (param $c_row i32) (param $c_col i32)
    (local $k i32) (local $depth i32) (local $j i32) (local $i i32)
    (if (i32.and (i32.lt_s (local.get $p) (i32.const 8)) (i32.lt_s (local.get $p) (local.get $m)))
      (then  ;; few columns: C' = B' A' fills the panels better
        (return (call $product
          (local.get $b) (local.get $a) (local.get $c)
          (local.get $p) (local.get $n) (local.get $m)
          (local.get $b_col) (local.get $b_row) (local.get $a_col) (local.get $a_row)
          (local.get $c_col) (local.get $c_row)))))
    (loop $panels_down  ;; at least once, so that n = 0 gives zeros
      (local.set $depth (call $smaller (i32.sub (local.get $n) (local.get $k)) (i32.const 256)))
      (local.set $j (i32.const 0))
      (block $no_column
        (loop $panels_right
          (br_if $no_column (i32.ge_s (local.get $j) (local.get $p)))
          (call $pack
            (call $at (local.get $b)
              (local.get $k) (local.get $b_row) (local.get $j) (local.get $b_col))
            (local.get $depth)
            (call $smaller (i32.sub (local.get $p) (local.get $j)) (i32.const 8))
            (local.get $b_row) (local.get $b_col))
          (local.set $i (i32.const 0))
          (block $no_row
            (loop $rows
              (br_if $no_row (i32.ge_s (local.get $i) (local.get $m)))
              (call $tile
                (call $at (local.get $a)
                  (local.get $i) (local.get $a_row) (local.get $k) (local.get $a_col))
                (call $at (local.get $c)
                  (local.get $i) (local.get $c_row) (local.get $j) (local.get $c_col))
                (local.get $depth)
                (call $smaller (i32.sub (local.get $m) (local.get $i)) (i32.const 2))
                (call $smaller (i32.sub (local.get $p) (local.get $j)) (i32.const 8))
                (local.get $a_row) (local.get $a_col) (local.get $c_row) (local.get $c_col)
                (i32.eqz (local.get $k)))
              (local.set $i (i32.add (local.get $i) (i32.const 2)))
              (br $rows)))
          (local.set $j (i32.add (local.get $j) (i32.const 8)))
          (br $panels_right)))
      (local.set $k (i32.add (local.get $k) (i32.const 256)))
      (br_if $panels_down (i32.lt_s (local.get $k) (local.get $n)))))

  (func $smaller (param $x i32) (param $y i32) (result i32)
    (select (local.get $x) (local.get $y) (i32.lt_s (local.get $x) (local.get $y))))

  (func $at (param $start i32) (param $i i32) (param $row i32) (param $j i32) (param $col i32)
    (result i32)
    (i32.add (local.get $start)
      (i32.add (i32.mul (local.get $i) (local.get $row)) (i32.mul (local.get $j) (local.get $col)))))

  ;; Copy `width` columns of B into the panel, row after row of eight numbers.
  (func $pack (param $b i32) (param $depth i32) (param $width i32) (param $row i32) (param $col i32)
    (local $to i32) (local $end i32) (local $from i32) (local $last i32)
    (local.set $to (global.get $panel))
    (local.set $end (i32.add (local.get $to) (i32.mul (local.get $depth) (i32.const 64))))
    (block $done
      (loop $rows
        (br_if $done (i32.ge_u (local.get $to) (local.get $end)))
        (if (i32.and (i32.eq (local.get $width) (i32.const 8)) (i32.eq (local.get $col) (i32.const 8)))
          (then
            (v128.store (local.get $to) (v128.load (local.get $b)))
            (v128.store offset=16 (local.get $to) (v128.load offset=16 (local.get $b)))
            (v128.store offset=32 (local.get $to) (v128.load offset=32 (local.get $b)))
            (v128.store offset=48 (local.get $to) (v128.load offset=48 (local.get $b)))
            (local.set $to (i32.add (local.get $to) (i32.const 64))))
          (else
            (local.set $from (local.get $b))
            (local.set $last (i32.add (local.get $to) (i32.mul (local.get $width) (i32.const 8))))
            (loop $numbers
              (f64.store (local.get $to) (f64.load (local.get $from)))
              (local.set $from (i32.add (local.get $from) (local.get $col)))
              (local.set $to (i32.add (local.get $to) (i32.const 8)))
              (br_if $numbers (i32.lt_u (local.get $to) (local.get $last))))
            (local.set $last (i32.add (local.get $last)
              (i32.mul (i32.sub (i32.const 8) (local.get $width)) (i32.const 8))))
            (block $full
              (loop $zeros
                (br_if $full (i32.ge_u (local.get $to) (local.get $last)))
                (f64.store (local.get $to) (f64.const 0))
                (local.set $to (i32.add (local.get $to) (i32.const 8)))
                (br $zeros)))))
        (local.set $b (i32.add (local.get $b) (local.get $row)))
        (br $rows))))

  ;; Two rows of A times the panel: set the tile of C, or add to it.
  (func $tile
    (param $a i32) (param $c i32) (param $depth i32) (param $height i32) (param $width i32)
    (param $a_row i32) (param $a_col i32) (param $c_row i32) (param $c_col i32) (param $first i32)
    (local $a2 i32) (local $b i32) (local $end i32) (local $from i32) (local $to i32)
    (local $x v128) (local $y v128)
    (local $p0 v128) (local $p1 v128) (local $p2 v128) (local $p3 v128)
    (local $q0 v128) (local $q1 v128) (local $q2 v128) (local $q3 v128)
    (local.set $a2 (select (i32.add (local.get $a) (local.get $a_row)) (local.get $a)
      (i32.eq (local.get $height) (i32.const 2))))
    (local.set $b (global.get $panel))
    (local.set $end (i32.add (local.get $b) (i32.mul (local.get $depth) (i32.const 64))))
    (block $done
      (loop $rows
        (br_if $done (i32.ge_u (local.get $b) (local.get $end)))
        (local.set $x (v128.load64_splat (local.get $a)))
        (local.set $y (v128.load64_splat (local.get $a2)))
        (local.set $p0 (f64x2.add (local.get $p0)
          (f64x2.mul (local.get $x) (v128.load (local.get $b)))))
        (local.set $q0 (f64x2.add (local.get $q0)
          (f64x2.mul (local.get $y) (v128.load (local.get $b)))))
        (local.set $p1 (f64x2.add (local.get $p1)
          (f64x2.mul (local.get $x) (v128.load offset=16 (local.get $b)))))
        (local.set $q1 (f64x2.add (local.get $q1)
          (f64x2.mul (local.get $y) (v128.load offset=16 (local.get $b)))))
        (local.set $p2 (f64x2.add (local.get $p2)
          (f64x2.mul (local.get $x) (v128.load offset=32 (local.get $b)))))
        (local.set $q2 (f64x2.add (local.get $q2)
          (f64x2.mul (local.get $y) (v128.load offset=32 (local.get $b)))))
        (local.set $p3 (f64x2.add (local.get $p3)
          (f64x2.mul (local.get $x) (v128.load offset=48 (local.get $b)))))
        (local.set $q3 (f64x2.add (local.get $q3)
          (f64x2.mul (local.get $y) (v128.load offset=48 (local.get $b)))))
        (local.set $a (i32.add (local.get $a) (local.get $a_col)))
        (local.set $a2 (i32.add (local.get $a2) (local.get $a_col)))
        (local.set $b (i32.add (local.get $b) (i32.const 64)))
        (br $rows)))
    (local.set $from (i32.add (global.get $panel) (i32.const 16384)))
    (v128.store (local.get $from) (local.get $p0))
    (v128.store offset=16 (local.get $from) (local.get $p1))
    (v128.store offset=32 (local.get $from) (local.get $p2))
    (v128.store offset=48 (local.get $from) (local.get $p3))
    (v128.store offset=64 (local.get $from) (local.get $q0))
    (v128.store offset=80 (local.get $from) (local.get $q1))
    (v128.store offset=96 (local.get $from) (local.get $q2))
    (v128.store offset=112 (local.get $from) (local.get $q3))
    (loop $heights
      (local.set $to (local.get $c))
      (local.set $end (i32.add (local.get $from) (i32.mul (local.get $width) (i32.const 8))))
      (local.set $b (local.get $from))
      (loop $numbers
        (f64.store (local.get $to) (f64.add (f64.load (local.get $b))
          (select (f64.const 0) (f64.load (local.get $to)) (local.get $first))))
        (local.set $to (i32.add (local.get $to) (local.get $c_col)))
        (local.set $b (i32.add (local.get $b) (i32.const 8)))
        (br_if $numbers (i32.lt_u (local.get $b) (local.get $end))))
      (local.set $from (i32.add (local.get $from) (i32.const 64)))
      (local.set $c (i32.add (local.get $c) (local.get $c_row)))
      (local.set $height (i32.sub (local.get $height) (i32.const 1)))
      (br_if $heights (local.get $height)))))
