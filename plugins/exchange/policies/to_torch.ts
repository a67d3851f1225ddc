/** Weights for PyTorch: the file that `torch.save(state_dict)` writes, byte for byte readable by `torch.load(weights_only=True)`. */
import { zipSync } from "fflate"
import type { Tensor } from "../../../core/service/run_store.ts"

const encoder = new TextEncoder()

/** Instructions of protocol 2, as `torch.save` uses them. */
const word = (text: string): readonly number[] => {
  const bytes = encoder.encode(text)
  return [0x58, ...whole(bytes.length, 4), ...bytes]
}
const whole = (n: number, width: number): readonly number[] =>
  Array.from({ length: width }, (_, i) => Math.floor(n / 256 ** i) % 256)
const int = (n: number): readonly number[] => [0x4a, ...whole(n, 4)]
const named = (module: string, name: string): readonly number[] => [...encoder.encode(`c${module}\n${name}\n`)]
const [MARK, TUPLE, REDUCE, SETITEMS, EMPTY_TUPLE] = [0x28, 0x74, 0x52, 0x75, 0x29]
const [PERSISTENT, FALSE, STOP] = [0x51, 0x89, 0x2e]
const tuple = (items: readonly (readonly number[])[]): readonly number[] => [MARK, ...items.flat(), TUPLE]
const ordered: readonly number[] = [...named("collections", "OrderedDict"), EMPTY_TUPLE, REDUCE]

/** A float32 tensor over a storage of its own. */
const tensor = (key: number, shape: readonly number[]): readonly number[] => {
  const count = shape.reduce((a, b) => a * b, 1)
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1))
  const storage = tuple([word("storage"), named("torch", "FloatStorage"), word(String(key)), word("cpu"), int(count)])
  return [
    ...named("torch._utils", "_rebuild_tensor_v2"),
    ...tuple([[...storage, PERSISTENT], int(0), tuple(shape.map(int)), tuple(strides.map(int)), [FALSE], ordered]),
    REDUCE
  ]
}

/** The same day for every file, so that equal weights are equal bytes. */
const WHEN = "1980-01-01"

/**
 * The bytes of a `.pth` file: an ordered dictionary of float32 tensors by these names.
 *
 * - Source: PyTorch, torch/serialization.py, `_save`.
 */
export const writeTorch = (tensors: readonly Tensor[]): Uint8Array => {
  const entries = tensors.flatMap(({ name, shape }, key) => [...word(name), ...tensor(key, shape)])
  const pickle = Uint8Array.from([0x80, 2, ...ordered, MARK, ...entries, SETITEMS, STOP])
  return archive({
    "archive/data.pkl": pickle,
    "archive/byteorder": encoder.encode("little"),
    ...Object.fromEntries(tensors.map(({ data }, key) => [`archive/data/${key}`, littleEndian(data)])),
    "archive/version": encoder.encode("3\n")
  })
}

/** Files stored as they are. */
export const archive = (files: Readonly<Record<string, Uint8Array>>): Uint8Array =>
  zipSync({ ...files }, { level: 0, mtime: WHEN })

const littleEndian = (data: Tensor["data"]): Uint8Array => {
  const view = new DataView(new ArrayBuffer(4 * data.length))
  for (const [i, x] of data.entries()) view.setFloat32(4 * i, x, true)
  return new Uint8Array(view.buffer)
}
