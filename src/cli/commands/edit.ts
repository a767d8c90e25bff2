/** `casebook edit`: changes the words of a memory. */

import { type Command, UsageError } from '../command.ts'
import { recordLines } from '../memory-text.ts'
import { parseCount } from '../parse-arguments.ts'
import { listOption, textOption, withMemories } from '../with-memories.ts'

export const edit: Command = {
  name: 'edit',
  summary: 'Change the words of a memory',
  usage: 'ID [TEXT] [--cue TEXT] [--tags LIST] [--value VALUE]',
  details: 'Nothing overwrites words of a person without asking. The words before stay in the log.',
  options: {
    text: { type: 'string', value: 'TEXT', help: 'the new text, as behind the id' },
    cue: { type: 'string', value: 'WHEN', help: 'one sentence: when this matters' },
    tags: { type: 'string', value: 'LIST', help: 'words to find it by, comma-separated' },
    value: { type: 'string', value: 'VALUE', help: 'what a fact asserts, as its new words say it' },
    expect: { type: 'string', value: 'N', help: 'only if it is still version N' },
  },
  async run(call) {
    const { values } = call
    const [id = '', ...words] = call.positionals
    if (id.trim() === '') throw new UsageError('Give the id of one memory and its new words.', edit)
    const text = newText(words.join(' '), textOption(values.text))
    const cue = textOption(values.cue)
    const tags = listOption(values.tags)
    const value = textOption(values.value)
    if (text === undefined && cue === undefined && tags === undefined && value === undefined)
      throw new UsageError('Say what to change: new words behind the id, --cue, --tags or --value.', edit)
    const expectedVersion = parseCount('expect', values.expect, edit, 1e9)
    const record = await withMemories(call, (memories) =>
      memories.edit(id, {
        ...(text !== undefined && { text }),
        ...(cue !== undefined && { cue }),
        ...(tags !== undefined && { tags }),
        ...(value !== undefined && { value }),
        ...(expectedVersion !== undefined && { expectedVersion }),
      }),
    )
    const isCleared = text !== undefined && record.fact?.key != null && record.fact.value === null
    if (isCleared)
      call.terminal.note('The words no longer hold what this fact asserted: say it with --value.')
    return { data: record, text: (style) => recordLines(record, style) }
  },
}

function newText(words: string, option: string | undefined): string | undefined {
  if (words.trim() === '') return option
  if (option === undefined) return words
  throw new UsageError('Give the new words once: behind the id or with --text.', edit)
}
