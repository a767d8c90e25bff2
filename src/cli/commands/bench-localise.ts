/** `casebook bench localise`. */

import { type Command, UsageError } from '../command.ts'

export const benchLocalise: Command = {
  name: 'bench localise',
  summary: 'Measure how well the files of real issues are found',
  usage: '--data FILE.jsonl --repos DIR',
  details:
    'DIR holds each repository as OWNER+NAME/repo, OWNER__NAME or NAME, bare or not. Prints Acc@1, @3, @5 and @10.',
  options: {
    data: { type: 'string', value: 'FILE', help: 'issues with their gold files, one JSON object a line' },
    repos: { type: 'string', value: 'DIR', help: 'the folder with the repositories' },
    out: { type: 'string', value: 'FILE', help: 'write the ranking of every issue to this file' },
  },
  async run() {
    throw new UsageError('not wired')
  },
}
