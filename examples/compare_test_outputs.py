"""Says how two results of a computation differ, where the usual ways say nothing or mislead."""

import numpy as np

import abssub as ab

# The largest and the smallest signed byte, and two integers that a float cannot tell apart.
expected = np.array([[127, 0, 5], [1, 2, 3]], dtype=np.int8)
obtained = np.array([[-128, 0, 5], [1, 2, 4]], dtype=np.int8)

wrapped = np.abs(expected - obtained)
exact = ab.absdiff(expected, obtained)
print("np.abs(expected - obtained) says", wrapped.tolist(), wrapped.dtype)
print("ab.absdiff(expected, obtained) says", exact.tolist(), exact.dtype)
assert exact.tolist() == [[255, 0, 0], [0, 0, 1]]

print("differing elements:", np.count_nonzero(exact))
row, column = np.unravel_index(exact.argmax(), exact.shape)
print(f"largest difference: {exact.max()} in row {row}, column {column}")
print("total, row by row:", ab.sad(expected, obtained, axis=1).tolist())

identifiers = np.array([2**63, 2**63 + 1], dtype=np.uint64)
others = np.array([2**63 - 1, 2**63 - 1], dtype=np.int64)
print("uint64 against int64, NumPy:", np.abs(identifiers - others).tolist())
print("uint64 against int64, exact:", ab.absdiff(identifiers, others).tolist())
assert ab.absdiff(identifiers, others).tolist() == [1, 2]

# The sum of floats is the exact sum rounded once: no order of adding changes a bit of it.
values = np.random.default_rng(0).standard_normal(100_000) * 10.0 ** np.linspace(-20, 20, 100_000)
assert ab.sad(values, 0.0) == ab.sad(values[::-1], 0.0) == ab.sad(np.sort(values), 0.0, threads=2)
print("a float sum in any order:", ab.sad(values, 0.0).hex())
