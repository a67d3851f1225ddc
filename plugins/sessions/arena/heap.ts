/** The memory of a session: one WebAssembly memory and a first-fit allocator over it. */

/** Memory a session cannot have. */
export class OutOfMemory extends Error {
  readonly wanted: number
  readonly limit: number
  constructor(wanted: number, limit: number) {
    super(`${wanted} bytes wanted, ${limit} at most`)
    this.wanted = wanted
    this.limit = limit
  }
}

interface Block {
  readonly at: number
  readonly bytes: number
}

const PAGE = 65536
const FIRST_PAGES = 16
const ALIGN = 64
/** Kernels may read a few bytes past a tensor; and two tensors never share a cache line. */
const MARGIN = 64

export class Heap {
  readonly memory: WebAssembly.Memory
  /** Byte offset of memory that is nobody's: `scratchBytes` of it, for code to use within a call. */
  readonly scratch: number
  readonly limit: number
  private readonly reserved: number
  f32: Float32Array
  i32: Int32Array
  bytes = 0
  peak = 0
  private used: Block[] = []

  constructor(scratchBytes: number, limit: number) {
    this.memory = new WebAssembly.Memory({ initial: FIRST_PAGES, maximum: Math.ceil(limit / PAGE) })
    this.limit = limit
    this.scratch = ALIGN
    this.reserved = ALIGN + scratchBytes + MARGIN
    this.f32 = new Float32Array(this.memory.buffer)
    this.i32 = new Int32Array(this.memory.buffer)
    this.reset()
  }

  /** Forgets every block; the memory itself stays, for the next session. */
  reset(): void {
    this.used = [{ at: 0, bytes: this.reserved }]
    this.bytes = 0
    this.peak = 0
  }

  /** Byte offset of a new block. Throws `OutOfMemory`, the only way a heap fails. */
  allocate(bytes: number): number {
    const need = Math.ceil((bytes + MARGIN) / ALIGN) * ALIGN
    let index = 1
    let at = blockEnd(this.used[0]!)
    for (; index < this.used.length; index++) {
      const next = this.used[index]!
      if (at + need <= next.at) break
      at = blockEnd(next)
    }
    this.grow(at + need)
    this.used.splice(index, 0, { at, bytes: need })
    this.bytes += need
    this.peak = Math.max(this.peak, this.bytes)
    return at
  }

  free(at: number): void {
    const index = this.used.findIndex((b) => b.at === at)
    if (index < 1) return
    this.bytes -= this.used[index]!.bytes
    this.used.splice(index, 1)
  }

  private grow(end: number): void {
    const have = this.memory.buffer.byteLength
    if (end <= have) return
    if (end > this.limit) throw new OutOfMemory(end, this.limit)
    // Doubling keeps the number of moves small; the exact size is the fallback near the limit.
    const pages = Math.ceil(Math.max(end, Math.min(2 * have, this.limit)) / PAGE) - have / PAGE
    try {
      this.memory.grow(pages)
    } catch {
      throw new OutOfMemory(end, have)
    }
    this.f32 = new Float32Array(this.memory.buffer)
    this.i32 = new Int32Array(this.memory.buffer)
  }
}

const blockEnd = (b: Block): number => Math.ceil((b.at + b.bytes) / ALIGN) * ALIGN

/**
 * Heaps that no session uses now. An engine frees a WebAssembly memory only when its collector gets to it, so sessions
 * that come and go by the thousand would pile up address space: they hand one memory on instead.
 */
const idle = new Map<string, Heap[]>()

/** Idle memories above this size are left to the collector. */
const KEEP_BYTES = 256 * 1024 * 1024

/** An empty heap. `kind` says whose: heaps are handed on within a kind only. */
export const acquireHeap = (kind: string, scratchBytes: number, limit: number): Heap => {
  const pool = idle.get(kind) ?? []
  const at = pool.findIndex((h) => h.limit === limit)
  return (at < 0 ? undefined : pool.splice(at, 1)[0]) ?? new Heap(scratchBytes, limit)
}

export const releaseHeap = (kind: string, heap: Heap): void => {
  heap.reset()
  const pool = idle.get(kind) ?? []
  idle.set(kind, pool)
  if (pool.length < 4 && heap.memory.buffer.byteLength <= KEEP_BYTES) pool.push(heap)
}
