/** Weights of an ONNX graph that stand in files beside it, as PyTorch's exporter writes them by default. */
import * as E from "fp-ts/lib/Either.js"
import { pipe } from "fp-ts/lib/function.js"
import { bytesOf, fieldsOf, textOf, type WireField, wholesOf } from "../../io/protobuf_fields.ts"

/** Bytes of such files by their names. */
export type WeightFiles = ReadonlyMap<string, Uint8Array>

/** Where a tensor's bytes are. */
export interface WeightPlace {
  readonly file: string
  readonly offset: number
  /** All that follows, where it is not told. */
  readonly length: number | undefined
}

const EXTERNAL = 1

/** Where the bytes of a tensor are, if not in the graph. Source: onnx.proto3, `external_data`. */
export const weightPlace = (tensor: readonly WireField[]): WeightPlace | undefined => {
  if (!wholesOf(tensor, 14).includes(EXTERNAL)) return undefined
  const told = new Map(
    bytesOf(tensor, 13).map((entry) => {
      const fields = E.getOrElse((): readonly WireField[] => [])(fieldsOf(entry))
      return [textOf(fields, 1), textOf(fields, 2)] as const
    })
  )
  const length = told.get("length")
  return {
    file: told.get("location") ?? "",
    offset: Number(told.get("offset") ?? 0),
    length: length === undefined ? undefined : Number(length)
  }
}

/** Those bytes; nothing where the files do not hold them. */
export const bytesAt = ({ file, offset, length }: WeightPlace, files: WeightFiles): Uint8Array | undefined => {
  const all = files.get(file)
  const end = length === undefined ? all?.length : offset + length
  if (all === undefined || end === undefined || !(offset >= 0 && offset <= end && end <= all.length)) return undefined
  return all.subarray(offset, end)
}

/** The files that a graph has weights in, but those that are not beside it: nothing is read that only a file names. */
export const weightFiles = (model: Uint8Array): readonly string[] => {
  const inside = (bytes: Uint8Array | undefined, number: number): readonly Uint8Array[] =>
    pipe(
      fieldsOf(bytes ?? new Uint8Array(0)),
      E.fold(
        () => [],
        (fields) => bytesOf(fields, number)
      )
    )
  const [graph] = inside(model, 7)
  const names = inside(graph, 5).flatMap((tensor) => {
    const fields = fieldsOf(tensor)
    const place = E.isRight(fields) ? weightPlace(fields.right) : undefined
    return place === undefined ? [] : [place.file]
  })
  return [...new Set(names)].filter((name) => name !== "" && name !== ".." && name !== "." && !/[/\\\0]/.test(name))
}
