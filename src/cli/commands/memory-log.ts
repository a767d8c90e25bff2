/** `casebook log`, `why` and `undo`: what happened to memory, why it is known, and taking it back. */

import type { Command } from '../command.ts'
import { UsageError } from '../command.ts'
import { escapeLine } from '../escape.ts'
import { changeLines, eventTable, recordLines } from '../memory-text.ts'
import { onlyArgument, parseSeq, textOption, withCurrentCode, withMemories } from '../with-memories.ts'

const usualLimit = 30

export const log: Command = {
  name: 'log',
  summary: 'List what happened to memory, newest first',
  usage: '[ID]',
  options: {
    before: { type: 'string', value: 'SEQ', help: 'only events before this one' },
    changes: { type: 'boolean', help: 'show the fields that each event changed' },
  },
  async run(call) {
    const [reference, ...rest] = call.positionals
    if (rest.length > 0) throw new UsageError('Give one id, or none.', log)
    const before = textOption(call.values.before)
    const events = await withMemories(call, (memories) =>
      memories.log({
        limit: call.limit ?? usualLimit,
        ...(reference !== undefined && { reference }),
        ...(before !== undefined && { before: parseSeq(before, log) }),
      }),
    )
    const withChanges = () =>
      events.map((event) =>
        [eventTable([event]), ...changeLines(event).map((line) => `    ${line}`)].join('\n'),
      )
    const text = () => (call.values.changes === true ? withChanges().join('\n') : eventTable(events))
    return { data: { events }, text: () => (events.length === 0 ? 'Nothing has happened yet.' : text()) }
  },
}

export const why: Command = {
  name: 'why',
  summary: 'Tell why a memory is known, and how far it can be trusted',
  usage: 'ID',
  options: {},
  async run(call) {
    const id = onlyArgument(call, why, 'the id of one memory')
    const detail = await withCurrentCode(call, (memories) => memories.show(id))
    const { record } = detail
    return {
      data: { id: record.id, why: detail.why, provenance: record.provenance, anchors: detail.anchors },
      text: (style) =>
        [recordLines(record, style), ...detail.why.map((line) => `  - ${escapeLine(line)}`)].join('\n'),
    }
  },
}

export const undo: Command = {
  name: 'undo',
  summary: 'Take back a change of memory',
  usage: '[SEQ]',
  details: `SEQ is a number of 'casebook log'; without one, the newest act of a person is taken back.
An undo is an act, too: undoing it brings the change back.`,
  options: {},
  async run(call) {
    const [text, ...rest] = call.positionals
    if (rest.length > 0) throw new UsageError('Give one event number, or none.', undo)
    const seq = text === undefined ? undefined : parseSeq(text, undo)
    const event = await withMemories(call, (memories) => memories.undo(seq))
    return { data: event, text: () => eventTable([event]) }
  },
}
