/** Rows in files, whatever their format. */
import { existsSync } from "node:fs"
import { stat } from "node:fs/promises"
import { extname, join } from "node:path"
import { Effect } from "effect"
import { argumentError, isFailure } from "../../../core/failure/mod.ts"
import { fileError } from "../../../core/service/file_error.ts"
import type { RowSource } from "../../../pipeline/mod.ts"
import { npySetColumns, npzColumns, right, safetensorsColumns } from "./arrays.ts"
import { csvRows } from "./csv.ts"
import { joined } from "./joined.ts"
import { minariRows } from "./minari.ts"
import { parquetRows } from "./parquet.ts"
import { storedRows } from "./stored.ts"

/** By the ending of a file's name; what is refused is thrown. */
const formats: Readonly<Record<string, (path: string, taskFrom: string | undefined) => Promise<RowSource>>> = {
  ".npz": async (path) => right(storedRows(path, await npzColumns(path))),
  ".safetensors": async (path) => right(storedRows(path, await safetensorsColumns(path))),
  ".csv": csvRows,
  ".tsv": csvRows,
  ".parquet": parquetRows,
  ".hdf5": minariRows,
  ".h5": minariRows
}

/**
 * Opens files of transitions, one after the other. `taskFrom` is `file`, each file a task by its name, or the column that tells
 * the task; without it files that have no column `task` are a task each, where there are several.
 *
 * - Errors: `FileError`; `ArgumentError` for another ending, a damaged file, columns of different length, files whose columns
 *   differ, a column that there is none of, an optional package that is not installed.
 */
export const openRows = Effect.fn("exchange.openRows")(function* (paths: readonly string[], taskFrom?: string) {
  const sources = yield* Effect.forEach(paths, (path) =>
    Effect.tryPromise({
      try: () => opened(path, taskFrom),
      catch: (cause) => (isFailure(cause, "ArgumentError") ? cause : fileError("read", path, cause))
    })
  )
  return yield* joined(paths, sources, taskFrom)
})

const opened = async (path: string, taskFrom: string | undefined): Promise<RowSource> => {
  if ((await stat(path)).isDirectory()) {
    const minari = ["main_data.hdf5", "data/main_data.hdf5"].map((file) => join(path, file)).find(existsSync)
    if (minari !== undefined) return minariRows(minari, taskFrom)
    const columns = await npySetColumns(path)
    if (columns.length === 0 && existsSync(join(path, "data"))) {
      const fix = 'Minari writes other files than HDF5 with data_format="arrow": collect with data_format="hdf5"'
      throw argumentError({ doing: `read ${path}`, want: "data/main_data.hdf5 of a Minari dataset", got: "none", fix })
    }
    return right(storedRows(path, columns))
  }
  const ending = extname(path).toLowerCase()
  const format = Object.hasOwn(formats, ending) ? formats[ending] : undefined
  if (format !== undefined) return format(path, taskFrom)
  const want = `a file that ends in ${Object.keys(formats).join(", ")}, or a folder of .npy files`
  throw argumentError({ doing: `read ${path}`, want, got: ending === "" ? "a name without an ending" : ending })
}
