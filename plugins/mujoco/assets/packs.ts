/** The asset packs there are: descriptions of robots and scenes that Python packages come with, and we do not. */
import { posix } from "node:path"

export type PackId = "gymnasium" | "metaworld"

/** A pack: which wheel it is out of, and what of it is kept. */
export interface Pack {
  readonly id: string
  readonly summary: string
  /** The wheel, pinned: its numbers are those of this version and no other. */
  readonly project: string
  readonly version: string
  readonly wheel: string
  readonly bytes: number
  readonly sha256: string
  /** The digest of the wheel's own list of digests, by which single files are checked afterwards. */
  readonly recordSha256: string
  /** Main files, as paths in the wheel; what they name is kept with them. */
  readonly models: readonly string[]
  readonly licence: string
}

const gymnasiumAsset = (name: string): string => `gymnasium/envs/mujoco/assets/${name}.xml`
const sawyer = (name: string): string => `metaworld/assets/sawyer_xyz/sawyer_${name}.xml`

/** All packs, by id. */
export const packs: Readonly<Record<PackId, Pack>> = {
  gymnasium: {
    id: "gymnasium",
    summary: "HalfCheetah, Ant, Hopper and Walker2d",
    project: "gymnasium",
    version: "1.4.0",
    wheel: "gymnasium-1.4.0-py3-none-any.whl",
    bytes: 476306,
    sha256: "1cb947c59e7c72d8eabb2c2274c00cd20948e69f8452a9ef4092223be24fdf0e",
    recordSha256: "e97a4c885da212620d16d837eddfb1b7c1ea26936ef153d38438c761a0f15001",
    models: ["half_cheetah", "ant", "hopper", "walker2d_v5"].map(gymnasiumAsset),
    licence: "MIT, OpenAI 2016 and Farama Foundation 2022"
  },
  metaworld: {
    id: "metaworld",
    summary: "Meta-World's ten tasks of MT10",
    project: "metaworld",
    version: "3.1.1",
    wheel: "metaworld-3.1.1-py3-none-any.whl",
    bytes: 36660415,
    sha256: "99e25d9baf97f2f1a19ca89c0d2ca9c6a2b396d9a9be81729de64eedc683f0d3",
    recordSha256: "30587180838db3ade69a527e39d133953171e38f54fc9b67a8350d72a90fa1f9",
    models: [
      "reach_v3",
      "push_v3",
      "pick_place_v3",
      "door_pull",
      "drawer",
      "button_press_topdown",
      "peg_insertion_side",
      "window_horizontal"
    ].map(sawyer),
    licence: "MIT, Meta-World Team 2019"
  }
}

/** The folder of a wheel's own data, in it. */
const infoOf = ({ project, version }: Pack): string => `${project}-${version}.dist-info`

/** The licence's file, and the list of files with their digests. */
export const licenceFile = (pack: Pack): string => `${infoOf(pack)}/licenses/LICENSE`
export const recordFile = (pack: Pack): string => `${infoOf(pack)}/RECORD`

/**
 * The files that an XML names, as paths of its own kind. MuJoCo resolves includes, meshes and pictures alike from the folder
 * of the main file, and `meshdir` from there too.
 */
export const filesNamed = (xml: string, main: string): readonly string[] => {
  const text = xml.replaceAll(/<!--[\s\S]*?-->/g, "")
  return Array.from(text.matchAll(/\bfile\w*\s*=\s*"([^"]+)"/g), ([, name = ""]) =>
    posix.normalize(posix.join(posix.dirname(main), name))
  )
}
