/** The number types of NumPy's file format and their JavaScript arrays. */

/** Arrays whose elements are numbers or 64-bit integers. */
export type NumberArray =
  | Float64Array
  | Float32Array
  | Int32Array
  | Uint32Array
  | Int16Array
  | Uint16Array
  | Int8Array
  | Uint8Array
  | BigInt64Array
  | BigUint64Array

/** One row of the table of types. */
export interface Dtype {
  readonly size: number
  readonly make: (length: number | ArrayBuffer) => NumberArray
}

const of = (
  size: number,
  Make: { new (length: number): NumberArray; new (buffer: ArrayBuffer): NumberArray }
): Dtype => ({
  size,
  make: (x) => (typeof x === "number" ? new Make(x) : new Make(x))
})

/** By NumPy's letter and width, without the byte order; `b1` (bool) reads as bytes 0 and 1. */
export const dtypes: ReadonlyMap<string, Dtype> = new Map([
  ["f8", of(8, Float64Array)],
  ["f4", of(4, Float32Array)],
  ["i8", of(8, BigInt64Array)],
  ["u8", of(8, BigUint64Array)],
  ["i4", of(4, Int32Array)],
  ["u4", of(4, Uint32Array)],
  ["i2", of(2, Int16Array)],
  ["u2", of(2, Uint16Array)],
  ["i1", of(1, Int8Array)],
  ["u1", of(1, Uint8Array)],
  ["b1", of(1, Uint8Array)]
])

/** Copies `bytes` into an array of the type; `big` says that the file is big-endian. */
export const decode = (type: Dtype, bytes: Uint8Array, count: number, big: boolean): NumberArray => {
  const copy = new Uint8Array(count * type.size)
  copy.set(bytes.subarray(0, copy.length))
  if (big) swap(copy, type.size)
  return type.make(copy.buffer)
}

/** The little-endian bytes of an array, and NumPy's name of its type. */
export const encode = (data: NumberArray): { readonly descr: string; readonly bytes: Uint8Array } => {
  const floating = data instanceof Float64Array || data instanceof Float32Array
  const unsigned =
    data instanceof Uint8Array ||
    data instanceof Uint16Array ||
    data instanceof Uint32Array ||
    data instanceof BigUint64Array
  const letter = floating ? "f" : unsigned ? "u" : "i"
  const size = data.BYTES_PER_ELEMENT
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  return { descr: `${size === 1 ? "|" : "<"}${letter}${size}`, bytes }
}

const swap = (bytes: Uint8Array, size: number): void => {
  for (let i = 0; i < bytes.length; i += size) bytes.subarray(i, i + size).reverse()
}
