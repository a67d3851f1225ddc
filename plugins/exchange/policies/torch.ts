/** PyTorch's files of weights (`.pth`, `.pt`, `.cleanrl_model`): a zip file of a pickle and the bytes of its tensors. */
import * as E from "fp-ts/lib/Either.js"
import { pipe } from "fp-ts/lib/function.js"
import { type ArgumentError, argumentError, cannot } from "../../../core/failure/mod.ts"
import type { Tensor } from "../../../core/service/run_store.ts"
import { clipped } from "../../../core/text/printable.ts"
import { LARGEST_INPUT, MOST_NUMBERS } from "../../io/bounded_read.ts"
import { bfloat16, type Dtype, decode, dtypes, floatsOf } from "../../io/matrix/mod.ts"
import { contentOf, isZip, membersOf } from "../../io/zip.ts"
import {
  entriesOf,
  isDict,
  isList,
  isName,
  isObject,
  isReference,
  type Pickled,
  type PickledList,
  type PickledObject,
  readPickle
} from "../pickle/mod.ts"

/** PyTorch's names of storages, by the numbers that they hold. */
const storages: ReadonlyMap<string, Dtype | undefined> = new Map([
  ["torch.DoubleStorage", dtypes.get("f8")],
  ["torch.FloatStorage", dtypes.get("f4")],
  ["torch.HalfStorage", dtypes.get("f2")],
  ["torch.BFloat16Storage", bfloat16],
  ["torch.LongStorage", dtypes.get("i8")],
  ["torch.IntStorage", dtypes.get("i4")],
  ["torch.ShortStorage", dtypes.get("i2")],
  ["torch.CharStorage", dtypes.get("i1")],
  ["torch.ByteStorage", dtypes.get("u1")],
  ["torch.BoolStorage", dtypes.get("b1")]
])

const TENSOR = "torch._utils._rebuild_tensor_v2"
const PARAMETER = "torch._utils._rebuild_parameter"

/** All that the weights of a model may name. */
const allowed: ReadonlySet<string> = new Set([
  ...storages.keys(),
  TENSOR,
  PARAMETER,
  "torch.Size",
  "torch.device",
  "collections.OrderedDict"
])

/**
 * The tensors of a file of weights by their names; dictionaries within dictionaries are joined by dots.
 *
 * - Errors: `ArgumentError` for another format, a damaged archive, a pickle that names anything but tensors, tensors that reach
 *   beyond their bytes.
 * - Source: PyTorch, torch/serialization.py and torch/_utils.py, `_rebuild_tensor_v2`.
 */
export const readTorch = (bytes: Uint8Array, name: string): E.Either<ArgumentError, readonly Tensor[]> => {
  const bad = (want: string, got: string, fix = "") => cannot(`read ${name}`, want, got, fix)
  if (!isZip(bytes)) {
    const old = bytes[0] === 0x80
    const fix = old ? "save it with PyTorch 1.6 or later: torch.save(model.state_dict(), FILE)" : ""
    return bad("a file of weights by torch.save", old ? "one of PyTorch before 1.6" : "bytes of another format", fix)
  }
  const members = membersOf(bytes)
  if (members === undefined) return bad("a whole file of weights", "a damaged zip file")
  const pickle = members.find((m) => /(?:^|\/)data\.pkl$/.test(m.name))
  if (pickle === undefined) return bad("data.pkl, as torch.save writes it", `a zip file without it`)
  const folder = pickle.name.slice(0, -"data.pkl".length)
  const member = (path: string): E.Either<ArgumentError, Uint8Array> => {
    const found = members.find((m) => m.name === `${folder}${path}`)
    if (found === undefined) return bad(`${clipped(path)} in the archive`, "none of that name")
    if (found.size > LARGEST_INPUT) return bad(`at most ${LARGEST_INPUT} bytes in ${clipped(path)}`, `${found.size}`)
    return pipe(
      contentOf(bytes, found),
      E.mapLeft((got) => argumentError({ doing: `read ${name}`, want: `a whole ${clipped(path)}`, got }))
    )
  }
  const order = members.some((m) => m.name === `${folder}byteorder`) ? member("byteorder") : E.right(new Uint8Array(0))
  if (E.isLeft(order)) return order
  const big = new TextDecoder().decode(order.right).trim() === "big"
  return pipe(
    member("data.pkl"),
    E.chain((body) =>
      pipe(
        readPickle(body, allowed),
        E.mapLeft((flaw) => argumentError({ doing: `read ${name}`, ...flaw }))
      )
    ),
    E.chain((root) =>
      tensorsIn(
        root,
        storagesOf((key) => member(`data/${key}`), big, name),
        name
      )
    )
  )
}

/** The numbers of a storage. */
type FindStorage = (key: string, kind: string, type: Dtype) => E.Either<ArgumentError, Tensor["data"]>

/** Each storage is unpacked once, however many tensors are views of it, and all together hold no more than a file may. */
const storagesOf = (
  member: (key: string) => E.Either<ArgumentError, Uint8Array>,
  big: boolean,
  name: string
): FindStorage => {
  const found = new Map<string, Tensor["data"]>()
  let numbers = 0
  return (key, kind, type) => {
    const id = `${kind} ${key}`
    const known = found.get(id)
    if (known !== undefined) return E.right(known)
    return pipe(
      member(key),
      E.chain((bytes) => {
        const count = Math.floor(bytes.length / type.size)
        numbers += count
        if (numbers > MOST_NUMBERS) return cannot(`read ${name}`, `at most ${MOST_NUMBERS} numbers`, "more")
        const data = floatsOf(decode(type, bytes, count, big))
        found.set(id, data)
        return E.right(data)
      })
    )
  }
}

/** Dictionaries in dictionaries, at most: a checkpoint has two or three. */
const DEEPEST = 6

const tensorsIn = (root: Pickled, storage: FindStorage, name: string): E.Either<ArgumentError, readonly Tensor[]> => {
  const found: Tensor[] = []
  let numbers = 0
  const walk = (at: Pickled, path: string, depth: number): E.Either<ArgumentError, unknown> => {
    if (isObject(at, PARAMETER) && isList(at.arguments)) return walk(at.arguments.items[0] ?? null, path, depth)
    if (isObject(at, TENSOR)) {
      const tensor = tensorOf(at, path, storage, name)
      if (E.isLeft(tensor)) return tensor
      numbers += tensor.right.data.length
      // Tensors may share a storage: a small file can describe any number of them.
      if (numbers > MOST_NUMBERS) return cannot(`read ${name}`, `at most ${MOST_NUMBERS} numbers`, "more")
      found.push(tensor.right)
    }
    if (isDict(at) && depth < DEEPEST) {
      for (const [key, value] of entriesOf(at)) {
        if (typeof key !== "string") continue
        const inner = walk(value, path === "" ? key : `${path}.${key}`, depth + 1)
        if (E.isLeft(inner)) return inner
      }
    }
    return E.right(undefined)
  }
  const walked = walk(root, "", 0)
  if (E.isLeft(walked)) return walked
  if (found.length > 0) return E.right(found)
  return cannot(`read ${name}`, "tensors by name", "none", "save model.state_dict()")
}

const wholes = (x: Pickled | undefined): readonly number[] | undefined => {
  if (!isList(x)) return undefined
  const all = x.items.filter((n) => typeof n === "number")
  return all.length === x.items.length && all.every((n) => Number.isSafeInteger(n) && n >= 0) ? all : undefined
}

const tensorOf = (
  at: PickledObject,
  path: string,
  storage: FindStorage,
  name: string
): E.Either<ArgumentError, Tensor> => {
  const bad = (want: string, got: string) => cannot(`read ${name}`, want, got)
  const [reference, offset, size, stride] = isList(at.arguments) ? at.arguments.items : []
  const shape = wholes(size)
  const steps = wholes(stride)
  const id: PickledList | undefined = isReference(reference) && isList(reference.id) ? reference.id : undefined
  const [, kind, key] = id?.items ?? []
  if (shape === undefined || steps?.length !== shape.length || typeof offset !== "number" || !isName(kind)) {
    return bad(`a tensor as ${clipped(path)}`, "a description that lacks its storage, shape or strides")
  }
  const type = storages.get(kind.name)
  if (type === undefined || typeof key !== "string") return bad(`numbers in ${clipped(path)}`, clipped(kind.name))
  return pipe(
    storage(key, kind.name, type),
    E.chain((all) => {
      const count = shape.reduce((a, b) => a * b, 1)
      const last = count === 0 ? -1 : shape.reduce((sum, n, axis) => sum + (n - 1) * steps[axis]!, offset)
      if (last >= all.length || offset < 0)
        return bad(`${last + 1} numbers for ${clipped(path)}`, `${all.length}: the file is cut short`)
      if (count > MOST_NUMBERS) return bad(`at most ${MOST_NUMBERS} numbers in ${clipped(path)}`, `${count}`)
      return E.right({ name: path, shape, data: strided(all, offset, shape, steps) })
    })
  )
}

/** The numbers of a view in C order. */
const strided = (
  from: Float32Array | Float64Array,
  offset: number,
  shape: readonly number[],
  steps: readonly number[]
): Float32Array | Float64Array => {
  const count = shape.reduce((a, b) => a * b, 1)
  const out = from instanceof Float32Array ? new Float32Array(count) : new Float64Array(count)
  const index = new Array<number>(shape.length).fill(0)
  for (let i = 0, at = offset; i < count; i++) {
    out[i] = from[at]!
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis]! += 1
      at += steps[axis]!
      if (index[axis]! < shape[axis]!) break
      at -= steps[axis]! * shape[axis]!
      index[axis] = 0
    }
  }
  return out
}
