/** NumPy's array file, read and written: versions 1, 2 and 3, C and Fortran order, either byte order. */
import * as E from "fp-ts/lib/Either.js"
import { type ArgumentError, cannot } from "../../../core/failure/mod.ts"
import { shortened, shown } from "../../../core/text/shown.ts"
import { type Dtype, decode, dtypes, encode, type NumberArray } from "./npy_dtype.ts"

/** An array in C order, whatever order the file had. */
export interface Npy {
  /** NumPy's type string, e.g. `<f8`. */
  readonly descr: string
  readonly shape: readonly number[]
  readonly data: NumberArray
}

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]

/** How array files begin. */
export const isNpy = (bytes: Uint8Array): boolean => magic.every((b, i) => bytes[i] === b)

/**
 * Reads the bytes of a `.npy` file.
 *
 * - Errors: `ArgumentError` for another format, an unknown version, a damaged header, a type that is not a number,
 *   and a body that is shorter or longer than the header says.
 * - Source: numpy.lib.format, "Format Version 1.0/2.0/3.0".
 */
export const readNpy = (bytes: Uint8Array, name: string): E.Either<ArgumentError, Npy> => {
  const bad = (want: string, got: string, fix = "") => cannot(`read ${name}`, want, got, fix)
  const found = npyHeader(bytes, name)
  if (E.isLeft(found)) return found
  const { start, ...header } = found.right
  const type = dtypes.get(header.descr.replace(/^[<>=|]/, ""))
  if (type === undefined) {
    const known = [...dtypes.keys()].join(", ")
    return bad(`a number type (${known})`, shortened(header.descr, 80), "convert it with .astype('float64')")
  }
  const count = header.shape.reduce((a, b) => a * b, 1)
  const length = count * type.size
  if (bytes.length - start !== length) {
    return bad(
      `${length} bytes of data for shape (${shortened(header.shape.join(", "), 80)})`,
      `${bytes.length - start} bytes`
    )
  }
  const big = header.descr.startsWith(">")
  const data = decode(type, bytes.subarray(start), count, big)
  const ordered = header.fortran ? toC(data, header.shape, type) : data
  return E.right({ descr: header.descr.replace(">", "<"), shape: header.shape, data: ordered })
}

/** What the beginning of a `.npy` file says of its array, and where the numbers start. Errors: as `readNpy`. */
export const npyHeader = (
  bytes: Uint8Array,
  name: string
): E.Either<ArgumentError, Header & { readonly start: number }> => {
  const bad = (want: string, got: string, fix = "") => cannot(`read ${name}`, want, got, fix)
  if (bytes.length < 10 || !isNpy(bytes)) {
    return bad("a NumPy array file", bytes.length < 10 ? `${bytes.length} bytes` : "bytes of another format")
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const version = bytes[6]!
  if (version < 1 || version > 3) return bad("format version 1, 2 or 3", `version ${version}.${bytes[7]}`)
  const prefix = version === 1 ? 10 : 12
  if (bytes.length < prefix) return bad("a whole header", `${bytes.length} bytes`)
  const headerLength = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true)
  const start = prefix + headerLength
  if (start > bytes.length) return bad(`a header of ${headerLength} bytes`, `a file that ends after ${bytes.length}`)
  const text = new TextDecoder(version === 3 ? "utf-8" : "latin1").decode(bytes.subarray(prefix, start))
  const header = parseHeader(text)
  return header === undefined
    ? bad("a header with descr, fortran_order and shape", shown(text.trim()))
    : E.right({ ...header, start })
}

/**
 * The bytes of a `.npy` file, equal to what `numpy.save` writes for the same array.
 *
 * - Shapes: the product of `shape` is the length of `data` (C order).
 */
export const writeNpy = (data: NumberArray, shape: readonly number[]): Uint8Array<ArrayBuffer> => {
  const { descr, bytes } = encode(data)
  const dims = shape.length === 1 ? `${shape[0]},` : shape.join(", ")
  const dict = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${dims}), }`
  const short = 10 + dict.length + 1 <= 65_535 ? 10 : 12
  const total = Math.ceil((short + dict.length + 1) / 64) * 64
  const out = new Uint8Array(total + bytes.length)
  const view = new DataView(out.buffer)
  out.set(magic)
  out[6] = short === 10 ? 1 : 2
  if (short === 10) view.setUint16(8, total - 10, true)
  else view.setUint32(8, total - 12, true)
  out.set(new TextEncoder().encode(`${dict.padEnd(total - short - 1)}\n`), short)
  out.set(bytes, total)
  return out
}

/** What a header says. */
export interface Header {
  readonly descr: string
  readonly fortran: boolean
  readonly shape: readonly number[]
}

/** Reads the three fields of the header's Python dictionary; a structured type's list is no `descr` string. */
const parseHeader = (text: string): Header | undefined => {
  const descr = /['"]descr['"]\s*:\s*['"]([^'"]+)['"]/.exec(text)?.[1]
  const fortran = /['"]fortran_order['"]\s*:\s*(True|False)/.exec(text)?.[1]
  const dims = /['"]shape['"]\s*:\s*\(([\d\s,L]*)\)/.exec(text)?.[1]
  if (descr === undefined || fortran === undefined || dims === undefined) return undefined
  const shape = dims
    .split(",")
    .map((d) => d.trim().replace(/L$/, ""))
    .filter((d) => d !== "")
    .map(Number)
  return shape.every(Number.isSafeInteger) ? { descr, fortran: fortran === "True", shape } : undefined
}

/** First index fastest becomes last index fastest. */
const toC = (data: NumberArray, shape: readonly number[], type: Dtype): NumberArray => {
  const out = type.make(data.length)
  const index = new Array<number>(shape.length).fill(0)
  for (let f = 0; f < data.length; f++) {
    let c = 0
    for (let axis = 0; axis < shape.length; axis++) c = c * shape[axis]! + index[axis]!
    out[c] = data[f]!
    for (let axis = 0; axis < shape.length; axis++) {
      index[axis] = index[axis]! + 1
      if (index[axis]! < shape[axis]!) break
      index[axis] = 0
    }
  }
  return out
}
