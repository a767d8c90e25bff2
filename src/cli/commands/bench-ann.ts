/** `casebook bench ann`. */

import { type Command, UsageError } from '../command.ts'

export const benchAnn: Command = {
  name: 'bench ann',
  summary: 'Measure vector search: exact against HNSW',
  usage: '',
  options: {},
  async run() {
    throw new UsageError('not wired')
  },
}
