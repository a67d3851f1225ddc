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

const arrays = [
  Float64Array,
  Float32Array,
  Int32Array,
  Uint32Array,
  Int16Array,
  Uint16Array,
  Int8Array,
  Uint8Array,
  BigInt64Array,
  BigUint64Array
] as const

/** Whether something that came from elsewhere is one. */
export const isNumberArray = (x: unknown): x is NumberArray => arrays.some((Kind) => x instanceof Kind)

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

/** Numbers of 16 bits that are read as float32. */
const widened = (wide: (bits: Uint16Array) => Float32Array): Dtype => ({
  size: 2,
  make: (x) => (typeof x === "number" ? new Float32Array(x) : wide(new Uint16Array(x)))
})

/** IEEE 754's binary16: a sign, 5 bits of exponent, 10 of fraction. */
const half = (bits: number): number => {
  const [sign, exponent, fraction] = [bits & 0x8000 ? -1 : 1, (bits >> 10) & 31, bits & 1023]
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25)
}

/** The upper half of a float32, as PyTorch and JAX have it; NumPy has no such type. */
export const bfloat16 = widened((bits) => new Float32Array(Uint32Array.from(bits, (b) => b << 16).buffer))

/** By NumPy's letter and width, without the byte order; `b1` (bool) reads as bytes 0 and 1, `f2` as float32. */
export const dtypes: ReadonlyMap<string, Dtype> = new Map([
  ["f8", of(8, Float64Array)],
  ["f4", of(4, Float32Array)],
  ["f2", widened((bits) => Float32Array.from(bits, half))],
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

/** The same numbers as floats: float32 stays, 64-bit integers are exact up to 2^53. */
export const floatsOf = (data: NumberArray): Float32Array | Float64Array => {
  if (data instanceof Float32Array || data instanceof Float64Array) return data
  const out = new Float64Array(data.length)
  for (let i = 0; i < out.length; i++) out[i] = Number(data[i]!)
  return out
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
