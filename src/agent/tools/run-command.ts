/** `casebook_run` and `casebook_test`: a command in the repository, after the person allowed it. */

import { z } from 'zod'
import type { RanCommand } from '../ports.ts'
import { quoteCode } from './answer.ts'
import { BadArguments, defineTool, type ToolCall } from './tool.ts'
import { workspaceOf } from './work.ts'

/** Seconds. */
const usualTime = 120
const longestTime = 1_800

const seconds = z
  .int()
  .min(1)
  .max(longestTime)
  .default(usualTime)
  .describe(`Seconds after which it is ended; ${usualTime} without it.`)

export const runCommand = defineTool({
  name: 'casebook_run',
  title: 'Run a command',
  description:
    'Runs a shell command in the repository and returns its exit code and output. The person is asked. Use ' +
    'casebook_test for the tests, and casebook_read and casebook_search instead of cat, grep and find.',
  needs: ['shell'],
  input: z.strictObject({
    command: z.string().trim().min(1).max(4_000).describe('One shell command; it may not wait for input.'),
    why: z.string().trim().min(1).max(300).describe('What it is for, in a few words, for the person.'),
    seconds,
  }),
  run: ({ command, why, seconds: time }, call) => ran(command, { why, seconds: time }, call),
})

export const runTests = defineTool({
  name: 'casebook_test',
  title: 'Run tests',
  description:
    'Runs the tests of this repository, all of them or those that you name, and returns exit code and output. The ' +
    'person is asked. Only exit code 0 means that they passed.',
  needs: ['shell'],
  input: z.strictObject({
    which: z
      .array(z.string().trim().min(1).max(500))
      .max(50)
      .default([])
      .describe('Files or names as the test command takes them; empty: all tests.'),
    seconds,
  }),
  async run({ which, seconds: time }, call) {
    const tests = await workspaceOf(call).testCommand()
    if (tests === null) {
      const remedy = 'run them with casebook_run, or have the person set casebook.testCommand'
      throw new BadArguments(`how the tests of this repository are run is not known: ${remedy}`)
    }
    const command = [tests, ...which.map(quoted)].join(' ')
    return await ran(command, { why: 'the tests', seconds: time }, call)
  },
})

/** A name with anything but harmless characters stands in single quotes: it is data, never shell. */
function quoted(word: string): string {
  if (process.platform === 'win32' && !/^[\w./:\\@=+,-]+$/.test(word))
    throw new BadArguments(`'${word}' holds characters that cannot be quoted here: use casebook_run`)
  return /^[\w./:@=+,-]+$/.test(word) && !word.startsWith('-') ? word : `'${word.replaceAll("'", "'\\''")}'`
}

async function ran(
  command: string,
  { why, seconds: time }: { why: string; seconds: number },
  call: ToolCall,
) {
  const done = await workspaceOf(call).run(command, { seconds: time, why, signal: call.signal })
  const label = `${command} (${ending(done)}, ${done.seconds.toFixed(1)} s)`
  const left =
    done.omitted > 0 ? `${done.omitted} characters in the middle of the output were left out.` : null
  return { blocks: [quoteCode([{ label, text: done.output || '(no output)' }])], notes: [ending(done), left] }
}

function ending({ exitCode, ended }: RanCommand): string {
  if (ended === 'timeout') return 'ended after its time was up'
  if (ended === 'stopped') return 'stopped'
  return `exit code ${exitCode ?? 'unknown'}`
}
