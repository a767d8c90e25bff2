/** Whether the words of a record speak to a model like instructions: then it waits for a person. Pure. */

import type { RecordDraft } from '../record.ts'
import { findInstructions } from './instructions.ts'

/** Set beside the single signs on records whose words speak to a model. */
export const instructionFlag = 'instruction-like'

type Words = Pick<RecordDraft, 'text' | 'cue' | 'lesson' | 'fact' | 'episode' | 'entities' | 'tags'>

/** What of a record is looked at. */
export interface Looking {
  /** Tries of an episode and what they printed. They are code, in which marks of prompts may stand by right. */
  attempts: boolean
}

/** Single signs, sorted; empty for ordinary words. */
export function instructionSigns(draft: Words, { attempts }: Looking = { attempts: true }): string[] {
  const words = [...wordsOf(draft), ...(attempts ? tried(draft) : [])]
  return findInstructions(words.join('\n'))
}

function wordsOf({ text, cue, lesson, fact, episode, entities, tags }: Words): string[] {
  const own = [text, cue ?? '', ...(lesson?.procedure ?? []), ...Object.values(lesson?.params ?? {})]
  const rest = [fact?.value ?? '', ...(entities ?? []), ...(tags ?? []), episode?.goal ?? '']
  const said = [...(episode?.corrections ?? []), ...(episode?.signatures ?? [])]
  return [...own, ...rest, ...said, ...(episode?.outcome.evidence ?? [])]
}

function tried({ episode }: Words): string[] {
  return (episode?.attempts ?? []).flatMap(({ content, feedback, analysis, advice }) => [
    content.text,
    feedback?.text ?? '',
    analysis,
    advice,
  ])
}

/** The known flags and those of these signs, each once. */
export function withSigns(known: readonly string[], signs: readonly string[]): string[] {
  const own = signs.length === 0 ? [] : [instructionFlag, ...signs]
  // The mark that matters must not fall off the end of a long list.
  return [...new Set([...own, ...known])].slice(0, 20)
}

/** The draft with its flags; with signs of an instruction it is a candidate, whatever it was meant to be. */
export function flagged(draft: RecordDraft, looking?: Looking): RecordDraft {
  const signs = instructionSigns(draft, looking)
  return signs.length === 0
    ? draft
    : { ...draft, flags: withSigns(draft.flags ?? [], signs), status: 'candidate' }
}
