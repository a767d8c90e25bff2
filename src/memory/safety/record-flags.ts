/** Whether the words of a record speak to a model like instructions: then it waits for a person. Pure. */

import type { RecordDraft } from '../record.ts'
import { findInstructions } from './instructions.ts'

/** Set beside the single signs on records whose words speak to a model. */
export const instructionFlag = 'instruction-like'

type Words = Pick<RecordDraft, 'text' | 'cue' | 'lesson' | 'fact' | 'episode' | 'entities' | 'tags'>

/** Single signs, sorted; empty for ordinary words. Looks at everything that an agent may come to read. */
export function instructionSigns(draft: Words): string[] {
  return findInstructions(wordsOf(draft).join('\n'))
}

function wordsOf({ text, cue, lesson, fact, episode, entities, tags }: Words): string[] {
  const own = [text, cue ?? '', ...(lesson?.procedure ?? []), ...Object.values(lesson?.params ?? {})]
  const ended = [fact?.value ?? '', ...(entities ?? []), ...(tags ?? []), episode?.goal ?? '']
  const attempts = (episode?.attempts ?? []).flatMap(({ content, feedback, analysis, advice }) => [
    content.text,
    feedback?.text ?? '',
    analysis,
    advice,
  ])
  const rest = [...(episode?.corrections ?? []), ...(episode?.signatures ?? [])]
  return [...own, ...ended, ...attempts, ...rest, ...(episode?.outcome.evidence ?? [])]
}

/** The known flags and those of these signs, each once. */
export function withSigns(known: readonly string[], signs: readonly string[]): string[] {
  const own = signs.length === 0 ? [] : [instructionFlag, ...signs]
  // The mark that matters must not fall off the end of a long list.
  return [...new Set([...own, ...known])].slice(0, 20)
}
