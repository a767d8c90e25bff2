/** Sends texts without a vector to the person's endpoint after a run; one process at a time pays for them. */

import type { Git } from '../memory/git.ts'
import { vectorise } from '../memory/indexing/vectorise.ts'
import { EmbedderError } from '../memory/ports.ts'
import { acquireLease } from '../memory/store/lease.ts'
import { countMissing } from '../memory/store/vectors.ts'
import type { Parts } from './parts.ts'
import type { RunState } from './run-state.ts'

export interface FillOptions {
  parts: Parts
  git: Git
  /** Limit of a text in bytes of its file. */
  maxFileSize: number
  run: RunState
  signal: AbortSignal
  onProgress: () => void
}

/** The old generation serves meanwhile. A server that fails costs nothing but its vectors: the shelf tells it. */
export async function fillEndpoint(options: FillOptions): Promise<void> {
  const { parts, run } = options
  const { vectors, index, view } = parts
  const { endpoint, endpointGeneration } = vectors
  if (endpoint === null || endpointGeneration === null) return
  if (countMissing(index.db, endpointGeneration.id, view.id) > 0) {
    run.begin(`embedding with ${endpoint.id}`)
    try {
      await fillAlone(options, endpointGeneration.id)
    } catch (error) {
      if (!(error instanceof EmbedderError)) throw error
      return vectors.fail(error)
    } finally {
      run.end()
    }
  }
  vectors.serveEndpoint()
}

async function fillAlone(options: FillOptions, embedderId: number): Promise<void> {
  const { parts, git, maxFileSize, run } = options
  const { vectors, index, view } = parts
  if (vectors.endpoint === null) return
  const lease = await acquireLease(index.db, 'vectors', (holder) => run.wait(holder), options.signal)
  const signal = AbortSignal.any([options.signal, lease.lost])
  try {
    await vectorise({
      db: index.db,
      git,
      viewId: view.id,
      embedder: vectors.endpoint,
      embedderId,
      maxFileSize,
      signal,
      pause: () => run.passGate(signal),
      onVectors: (added) => vectors.added(embedderId, added),
      onProgress: (done, total) => {
        run.advance('vectors', done, total)
        options.onProgress()
      },
    })
  } finally {
    lease.release()
  }
}
