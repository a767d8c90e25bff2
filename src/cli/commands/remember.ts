/** `casebook remember`: writes down what a person knows about the repository. */

import type { Remembered } from '../../protocol-memories.ts'
import { type Command, UsageError } from '../command.ts'
import { escapeLine } from '../escape.ts'
import { anchorText, recordLines } from '../memory-text.ts'
import type { Style } from '../style.ts'
import { listOption, oneOf, textOption, wholeText, withCurrentCode } from '../with-memories.ts'

export const remember: Command = {
  name: 'remember',
  summary: 'Remember a fact or a lesson',
  usage: 'TEXT',
  details: `TEXT is one thought of at most 100 words; quotes are not needed between words.
What a person writes down is active at once. Paths and names in the text are cited by themselves.`,
  options: {
    kind: { type: 'string', value: 'KIND', help: 'fact or lesson (default: lesson with --cue or --avoid)' },
    cue: { type: 'string', value: 'WHEN', help: 'one sentence: when this matters' },
    cite: { type: 'string', value: 'LIST', help: 'code that it is about: PATH, PATH:LINE or PATH#NAME, …' },
    avoid: { type: 'boolean', help: 'what not to do' },
    share: { type: 'boolean', help: "for the team: see 'casebook share'" },
    tags: { type: 'string', value: 'LIST', help: 'words to find it by, comma-separated' },
  },
  async run(call) {
    const text = wholeText(call, remember, 'What to remember')
    const { values } = call
    const kind = oneOf('kind', values.kind, ['fact', 'lesson'] as const, remember)
    if (kind === 'fact' && values.avoid === true)
      throw new UsageError('A fact is true or not; what to avoid is a lesson.', remember)
    const cue = textOption(values.cue)
    const cites = listOption(values.cite)
    const tags = listOption(values.tags)
    const isLesson = values.avoid === true || cue !== undefined
    const done = await withCurrentCode(call, (memories) =>
      memories.remember({
        text,
        kind: kind ?? (isLesson ? 'lesson' : 'fact'),
        polarity: values.avoid === true ? 'avoid' : 'do',
        ...(values.share === true && { share: true }),
        ...(cue !== undefined && { cue }),
        ...(cites !== undefined && { cites }),
        ...(tags !== undefined && { tags }),
      }),
    )
    for (const note of done.notes) call.terminal.note(escapeLine(note))
    return { data: done, text: (style) => render(done, style) }
  },
}

function render({ record }: Remembered, style: Style): string {
  const cited = record.anchors.map(anchorText).join(', ')
  const about = cited === '' ? [] : [style.dim(`    about ${cited}`)]
  return [recordLines(record, style), ...about].join('\n')
}
