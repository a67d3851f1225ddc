/** What `content.ts` packed into the page, and the parts of the player that `figures/player.ts` made. */

export const player = document.querySelector("[data-player]")
export const part = (name) => player.querySelector(`[data-part="${name}"]`)

/** The counterpart of `packed.ts`. */
const unpack = (buffer) => {
  const length = new DataView(buffer).getUint32(0, true)
  const kinds = { f4: Float32Array, i4: Int32Array }
  const revive = (_, x) => (x?.$ in kinds ? new kinds[x.$](buffer, 4 + length + x.at, x.count) : x)
  return JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)), revive)
}

const unzipped = (text) => {
  const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0))
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer()
}

export const readContent = async () => unpack(await unzipped(part("content").textContent))
