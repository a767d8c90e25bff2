/** The graph on disk: a disposable file that is verified before the addon may see it. */

import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { type AnnAddon, AnnIndex } from './ann.ts'

/** What a graph was made of; a difference in any part makes the file foreign. */
export interface AnnIdentity {
  embedder: string
  dimensions: number
  /** `vectorEpoch` of the database: ids mean nothing elsewhere. */
  epoch: string
}

const sidecarSchema = z.object({
  version: z.literal(1),
  /** The library and machine whose memory layout the file has. */
  format: z.string(),
  space: z.literal('ip'),
  embedder: z.string(),
  dimensions: z.number(),
  epoch: z.string(),
  count: z.number(),
  file: z.string().regex(/^[\w.-]+$/),
  bytes: z.number(),
  sha256: z.string(),
})
type Sidecar = z.infer<typeof sidecarSchema>

const format = `hnswlib-0.8.0/${process.platform}-${process.arch}`

/** A cached graph, or why there is none. */
export type CachedAnn = { index: AnnIndex } | { index: null; reason: string }

/** One generation's file in a folder, under a name of its own. */
export class AnnCache {
  readonly folder: string
  readonly name: string
  #identity: AnnIdentity

  constructor(folder: string, name: string, identity: AnnIdentity) {
    this.folder = folder
    this.name = name
    this.#identity = identity
  }

  /**
   * Verified and loaded; a file that is not exactly what was written is removed, with the reason.
   * `beforeRead` is called when the addon is about to see the file.
   */
  async load(addon: AnnAddon, beforeRead: () => void): Promise<CachedAnn> {
    const sidecar = await this.#readSidecar()
    if (sidecar === null) return { index: null, reason: 'no file' }
    const file = join(this.folder, sidecar.file)
    const fault = this.#foreign(sidecar) ?? (await damage(file, sidecar))
    if (fault !== null) return this.discard(fault)
    beforeRead()
    try {
      const index = AnnIndex.read(addon, file, this.#identity.dimensions)
      if (index.size === sidecar.count) return { index }
      return await this.discard(`the file holds ${index.size} vectors, not ${sidecar.count}`)
    } catch (error) {
      return await this.discard(error instanceof Error ? error.message : String(error))
    }
  }

  /** The data file gets a new name; renaming the sidecar makes it the valid one. */
  async save(index: AnnIndex): Promise<void> {
    await mkdir(this.folder, { recursive: true })
    const file = `${this.name}-${randomUUID()}.hnsw`
    const path = join(this.folder, file)
    try {
      index.write(path)
      const { size } = await stat(path)
      const { embedder, dimensions, epoch } = this.#identity
      const made = { embedder, dimensions, epoch, count: index.size, file, bytes: size }
      const sidecar: Sidecar = { version: 1, format, space: 'ip', ...made, sha256: await sha256(path) }
      await writeDurably(this.#sidecarFile, JSON.stringify(sidecar))
    } catch (error) {
      await rm(path, { force: true })
      throw error
    }
    await this.#removeFiles(file)
  }

  async discard(reason: string): Promise<{ index: null; reason: string }> {
    await rm(this.#sidecarFile, { force: true })
    await this.#removeFiles(null)
    return { index: null, reason }
  }

  get #sidecarFile(): string {
    return join(this.folder, `${this.name}.json`)
  }

  async #readSidecar(): Promise<Sidecar | null> {
    const text = await readFile(this.#sidecarFile, 'utf8').catch(() => null)
    if (text === null) return null
    try {
      return sidecarSchema.parse(JSON.parse(text))
    } catch {
      await this.discard('unreadable')
      return null
    }
  }

  #foreign(sidecar: Sidecar): string | null {
    if (sidecar.format !== format) return `it was made by ${sidecar.format}`
    if (sidecar.embedder !== this.#identity.embedder) return `it was made for ${sidecar.embedder}`
    if (sidecar.dimensions !== this.#identity.dimensions) return `it has ${sidecar.dimensions} dimensions`
    if (sidecar.epoch !== this.#identity.epoch) return 'it belongs to an earlier store'
    return null
  }

  async #removeFiles(except: string | null): Promise<void> {
    const files = await readdir(this.folder).catch(() => [])
    const mine = files.filter((file) => file.startsWith(`${this.name}-`) && file.endsWith('.hnsw'))
    for (const file of mine) if (file !== except) await rm(join(this.folder, file), { force: true })
  }
}

async function damage(file: string, sidecar: Sidecar): Promise<string | null> {
  const found = await stat(file).catch(() => null)
  if (found === null) return 'the file is missing'
  if (found.size !== sidecar.bytes) return `the file has ${found.size} bytes, not ${sidecar.bytes}`
  return (await sha256(file)) === sidecar.sha256 ? null : 'the file was changed'
}

async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const part of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(part as Buffer)
  return hash.digest('hex')
}

async function writeDurably(file: string, text: string): Promise<void> {
  const temporary = `${file}.${randomUUID()}.tmp`
  const handle = await open(temporary, 'w')
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(temporary, file)
}
