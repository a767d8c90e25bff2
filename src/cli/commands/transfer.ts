/** `casebook export`, `import` and `share`: memory that leaves and comes back. */

import type { ImportProgress, ShareSummary } from '../../protocol-memories.ts'
import { type Call, type Command, UsageError } from '../command.ts'
import { escapeLine } from '../escape.ts'
import { bytes, plural } from '../format.ts'
import { listOption, onlyArgument, withMemories } from '../with-memories.ts'

export const exportMemories: Command = {
  name: 'export',
  summary: 'Write all memory into one file of JSON lines',
  usage: 'FILE',
  options: {
    force: { type: 'boolean', help: 'also when something in it looks like a secret' },
    overwrite: { type: 'boolean', help: 'replace FILE when it is there already' },
  },
  async run(call) {
    const file = call.resolve(onlyArgument(call, exportMemories, 'the file to write'))
    const wishes = { force: call.values.force === true, overwrite: call.values.overwrite === true }
    const { signal } = call
    const done = await withMemories(call, (memories) => memories.export(file, { ...wishes, signal }))
    const text = () =>
      `${plural(done.records, 'record')}, ${plural(done.events, 'event')} and ${plural(done.artifacts, 'artifact')}` +
      ` in ${escapeLine(done.path)} (${bytes(done.bytes)}).`
    return { data: done, text }
  },
}

export const importMemories: Command = {
  name: 'import',
  summary: 'Take memory from an export in',
  usage: 'FILE',
  details: `What comes in waits as candidates: see 'casebook review'. A file that is cut off or broken changes nothing.
With --restore the file is taken over as it is, with all that it says was accepted, pinned and verified: only
for an export that you made yourself. What reads like an instruction to a model waits for you all the same.`,
  options: {
    restore: { type: 'boolean', help: 'this is my own export: take it over as it is' },
  },
  async run(call) {
    const file = call.resolve(onlyArgument(call, importMemories, 'the file to read'))
    const restore = call.values.restore === true
    const { signal } = call
    const onProgress = (progress: ImportProgress) => draw(call, progress)
    const done = await withMemories(call, (memories) =>
      memories.import(file, { restore, signal, onProgress }),
    )
    for (const note of done.notes) call.terminal.note(escapeLine(note))
    const known = done.known === 0 ? '' : `, ${done.known} known already`
    const text = () =>
      `${plural(done.added, 'record')} added${known}, ${plural(done.artifacts, 'artifact')} (${done.mode}).`
    return { data: done, text }
  },
}

function draw({ terminal }: Call, { phase, done, total }: ImportProgress): void {
  const megabytes = (count: number) => Math.round(count / 1e6)
  const shown = phase === 'check' ? 'import-check' : 'import-write'
  terminal.progress({
    phase: shown,
    done: megabytes(done),
    total: megabytes(total),
    rate: 0,
    etaSeconds: null,
  })
}

export const share: Command = {
  name: 'share',
  summary: 'Write what a team shares as Markdown into a folder of the repository',
  usage: '[FOLDER]',
  details: `FOLDER is relative to the repository; without it the setting CASEBOOK_SHARE_FOLDER is used.
Only what was chosen goes there: with --add, or 'remember --share'. Edits that were made in the files are
taken over first. Exit code 1 when something could not be shared.`,
  options: {
    add: { type: 'string', value: 'LIST', help: 'share these ids from now on' },
    remove: { type: 'string', value: 'LIST', help: 'keep these ids to this machine again' },
  },
  async run(call) {
    const [folder, ...rest] = call.positionals
    if (rest.length > 0) throw new UsageError('Give one folder, or none.', share)
    const settings = folder === undefined ? call.settings : { ...call.settings, shareFolder: folder }
    if (settings.shareFolder === '')
      throw new UsageError('Give the folder, or set CASEBOOK_SHARE_FOLDER.', share)
    const [add, remove] = [listOption(call.values.add), listOption(call.values.remove)]
    const done = await withMemories({ ...call, settings }, async (memories) => {
      if (add !== undefined) await memories.act(add, 'share')
      if (remove !== undefined) await memories.act(remove, 'unshare')
      return await memories.share()
    })
    return { data: done, text: () => describe(done), failed: done.problems.length > 0 }
  },
}

function describe(done: ShareSummary): string {
  const line = (word: string) => (path: string) => `${word}  ${escapeLine(path)}`
  return [
    ...done.written.map(line('written  ')),
    ...done.removed.map(line('removed  ')),
    ...done.takenOver.map(line('taken in ')),
    ...done.problems.map(line('problem  ')),
    `${plural(done.written.length, 'file')} written to ${escapeLine(done.folder)}.`,
  ].join('\n')
}
