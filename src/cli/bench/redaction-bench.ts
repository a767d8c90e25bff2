/** Measures masking: which planted secrets it finds, and what it takes for secrets in real diffs. */

import { findSecrets, redact } from '../../memory/safety/redact.ts'
import { tidySpans } from '../../memory/safety/span.ts'
import { openRandom } from './random.ts'
import { leaks, plantSecrets } from './secrets.ts'

export interface RedactionFigures {
  /** Kinds of secrets, and places they were planted in. */
  kinds: number
  planted: number
  detected: number
  /** `kind/form` of those that could still be read, at rest or when masked a second time for recall. */
  missed: string[]
  /** What was masked in the diffs, by kind; whether right or wrong, a person must look: see `findings`. */
  diffs: {
    lines: number
    masked: number
    perThousandLines: number
    kinds: Record<string, number>
    milliseconds: number
  }
  /** The lines of the diffs with the findings, values shortened to their ends; at most `mostFindings`. */
  findings: { kind: string; line: string }[]
}

export interface RedactionOptions {
  /** Each seed plants all kinds in all forms anew. */
  seeds?: number
  mostFindings?: number
}

/** `diffs`: pieces of `git log -p`, cut at ends of lines. Public code holds hardly any real secret. */
export async function measureRedaction(
  diffs: AsyncIterable<string>,
  { seeds = 5, mostFindings = 200 }: RedactionOptions = {},
): Promise<RedactionFigures> {
  const planted = await measurePlanted(seeds)
  const kinds: Record<string, number> = {}
  const findings: RedactionFigures['findings'] = []
  let lines = 0
  let masked = 0
  let milliseconds = 0
  for await (const text of diffs) {
    lines += text.split('\n').length - 1
    const started = performance.now()
    const spans = tidySpans(text, await findSecrets(text))
    milliseconds += performance.now() - started
    masked += spans.length
    for (const span of spans) {
      kinds[span.kind] = (kinds[span.kind] ?? 0) + 1
      if (findings.length < mostFindings) findings.push({ kind: span.kind, line: quoteLine(text, span) })
    }
  }
  const perThousandLines = lines === 0 ? 0 : (masked / lines) * 1_000
  return { ...planted, diffs: { lines, masked, perThousandLines, kinds, milliseconds }, findings }
}

async function measurePlanted(seeds: number) {
  const missed: string[] = []
  const kinds = new Set<string>()
  let count = 0
  for (let seed = 1; seed <= seeds; seed++) {
    for (const { kind, form, text, secret } of plantSecrets(openRandom(seed))) {
      kinds.add(kind)
      count++
      const atRest = await redact(text)
      const recalled = await redact(atRest.text)
      const gone = atRest.masked > 0 && !leaks(recalled.text, secret)
      if (!gone) missed.push(`${kind}/${form}`)
    }
  }
  return { kinds: kinds.size, planted: count, detected: count - missed.length, missed }
}

/** Enough to judge by, too little to use. */
function quoteLine(text: string, span: { start: number; end: number }): string {
  const from = text.lastIndexOf('\n', span.start - 1) + 1
  const before = text.slice(Math.max(from, span.start - 60), span.start)
  const value = text.slice(span.start, span.end).replace(/\s+/g, ' ')
  const shown = value.length <= 8 ? `${value.slice(0, 2)}…` : `${value.slice(0, 3)}…${value.slice(-2)}`
  return `${before}${shown} (${value.length} signs)`
}
