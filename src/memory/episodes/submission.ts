/** A patch that was handed in at the end, and the commands that made it: agents with nothing but a shell keep no edits. */

import { filesOfDiff } from './diff-files.ts'
import { bounded } from './fields.ts'
import type { Place, Step } from './session.ts'
import { changesFiles } from './shell-edits.ts'

/**
 * The steps with the files of the patch as edits: each before the last command that wrote it, which is what later
 * tests are about. A file of which no command tells is one at the end, where no test follows.
 */
export function withSubmission(steps: readonly Step[], patch: string, place: Place): Step[] {
  const texts = textsOf(steps)
  const before = new Map<number, Step[]>()
  for (const { path, diff } of filesOfDiff(patch)) {
    const writer = texts.findLastIndex((text) => text !== null && writes(text) && names(text, path))
    const edited = steps.findLastIndex(
      (step) => step.type === 'edit' && step.applied && isBelow(step.path, path),
    )
    if (edited >= 0 && edited >= writer) continue
    const at = writer < 0 ? steps.length : writer
    const step = steps[at] ?? { at: steps.at(-1)?.at ?? null, place }
    const edit: Step = { at: step.at, place: step.place, type: 'edit', path, diff, applied: true }
    before.set(at, [...(before.get(at) ?? []), edit])
  }
  return [
    ...steps.flatMap((step, at) => [...(before.get(at) ?? []), step]),
    ...(before.get(steps.length) ?? []),
  ]
}

function isBelow(whole: string, path: string): boolean {
  return whole === path || whole.endsWith(`/${path}`)
}

/** What each command ran: its own line, and the scripts that an earlier one wrote. */
function textsOf(steps: readonly Step[]): (string | null)[] {
  const scripts = new Map<string, string>()
  return steps.map((step) => {
    if (step.type !== 'command') return null
    const { command } = step
    const ran = [...scripts].filter(([name]) => command.includes(name)).map(([, body]) => body)
    for (const [, path = ''] of command.matchAll(/>\s*["']?([\w./-]+\.(?:py|sh|js|rb|pl))\b/g))
      scripts.set(path.split('/').at(-1) ?? path, command)
    return [command, ...ran].join('\n')
  })
}

/** Programs that write files from inside: the shell's own ways are known elsewhere. */
const writing =
  /\bopen\([^)]*,\s*(?:mode\s*=\s*)?["'][wax]|\.write(?:_text|_bytes|lines|FileSync|File)?\(|\bfileinput\b|\bshutil\.|\bos\.(?:rename|replace|remove)\b/

function writes(text: string): boolean {
  return writing.test(text) || changesFiles(text) || changesFiles(text.split('\n')[0] ?? '')
}

/** Shorter names of files stand in many lines that are not about them. */
const shortestName = 4

function names(text: string, path: string): boolean {
  const name = path.split('/').at(-1) ?? path
  return text.includes(path) || (name.length >= shortestName && text.includes(name))
}

/** `cat > path <<'EOF'` and its like: the whole file stands in the line. */
const hereFile =
  /(?:\bcat|\btee)\b[^\n<>|;&]*?(?:>\s*)?["']?([\w./~-]+\.\w+)["']?\s*<<-?\s*(["']?)(\w+)\2[^\n]*\n/g
const otherOrder = /\bcat\s*<<-?\s*(["']?)(\w+)\1\s*>\s*["']?([\w./~-]+\.\w+)["']?[^\n]*\n/g

/** Files that a shell line writes whole. */
export function filesWritten(command: string): { path: string; after: string }[] {
  const found = [
    ...[...command.matchAll(hereFile)].map((one) => ({
      at: one.index + one[0].length,
      path: one[1],
      mark: one[3],
    })),
    ...[...command.matchAll(otherOrder)].map((one) => ({
      at: one.index + one[0].length,
      path: one[3],
      mark: one[2],
    })),
  ]
  return found.flatMap(({ at, path = '', mark = '' }) => {
    const rest = command.slice(at).split('\n')
    const end = rest.findIndex((line) => line.trim() === mark)
    const after = rest
      .slice(0, end < 0 ? undefined : end)
      .map((line) => `${line}\n`)
      .join('')
    return path.startsWith('/tmp/') || path.startsWith('/dev/') ? [] : [{ path, after: bounded(after) }]
  })
}
