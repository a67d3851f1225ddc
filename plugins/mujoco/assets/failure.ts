/** How asset packs fail, in the one shape. */
import { type Failure, failureOf } from "../../../core/failure/mod.ts"
import { reasonOf } from "../../../core/service/file_error.ts"

/** Why there is no pack. */
export type AssetReason =
  /** It was not fetched yet. */
  | "missing"
  /** A file of it is gone, or is not what the wheel had. */
  | "damaged"
  /** The wheel is of another project or version. */
  | "other-wheel"
  /** Its bytes are not those that are pinned. */
  | "wrong-sum"
  /** Neither the index nor pip gave it. */
  | "not-found"
  /** The disk or its rights. */
  | "system"

/** An asset pack that cannot be had or read. */
export type AssetError = Failure<"AssetError"> & { readonly reason: AssetReason }

/** Makes an {@link AssetError}. */
export const assetError = failureOf<"AssetError", { readonly reason: AssetReason }>("AssetError")

/** What the operating system refuses while a pack is written. */
export const refusedBySystem = (doing: string, cause: unknown): AssetError =>
  assetError({
    doing,
    want: "a cache folder that can be written, with room for it",
    got: reasonOf(cause),
    fix: "mend that, or set PGEX_ASSETS to another folder",
    reason: "system"
  })
