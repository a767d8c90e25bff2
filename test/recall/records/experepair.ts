/** ExpeRepair's shipped trajectories as attempts of episodes, and back; null where the data is not here. */

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Attempt } from '../../../src/memory/episode.ts'
import type { AttemptPair } from '../../../src/memory/recall/records/demonstrations.ts'

/** Beside the project, where there is one. */
const folder = fileURLToPath(new URL('../../../../shared/bench/experepair', import.meta.url))

interface Verdict {
  'test-analysis': string
  'if-reproduce': 'YES' | 'NO'
  'test-advice': string
}

interface ShippedStep {
  old_test: string
  old_exec_result: string
  old_returncode: number | ''
  old_check_repro: Verdict | ''
  new_test: string
  new_exec_result: string
  new_returncode: number
  new_check_repro: Verdict
}

export interface ShippedTrajectory {
  time: string
  issue_description: string
  exps: ShippedStep[]
}

export type ShippedDemonstration = ShippedStep & { issue_description: string }

export function shipped<Line>(name: string): Line[] | null {
  const file = join(folder, name)
  if (!existsSync(file)) return null
  const text = readFileSync(file, 'utf8')
  const lines = name.endsWith('.jsonl') ? text.trim().split('\n') : [text]
  return lines.map((line) => JSON.parse(line) as Line)
}

/** Each step's new half: its old half is the step before. */
export function attemptsOf(trajectory: ShippedTrajectory): Attempt[] {
  return trajectory.exps.map(
    (step): Attempt => ({
      kind: 'test',
      content: { text: step.new_test },
      feedback: { text: step.new_exec_result },
      exitCode: step.new_returncode,
      passed: step.new_check_repro['if-reproduce'] === 'YES',
      analysis: step.new_check_repro['test-analysis'],
      advice: step.new_check_repro['test-advice'],
      files: [],
      at: null,
    }),
  )
}

export function asShipped(issue: string, { old, new: right }: AttemptPair): ShippedDemonstration {
  const verdict = (attempt: Attempt): Verdict => ({
    'test-analysis': attempt.analysis,
    'if-reproduce': attempt.passed === true ? 'YES' : 'NO',
    'test-advice': attempt.advice,
  })
  return {
    issue_description: issue,
    old_test: old?.content.text ?? '',
    old_exec_result: old?.feedback?.text ?? '',
    old_returncode: old?.exitCode ?? '',
    old_check_repro: old === null ? '' : verdict(old),
    new_test: right.content.text,
    new_exec_result: right.feedback?.text ?? '',
    new_returncode: right.exitCode ?? 0,
    new_check_repro: verdict(right),
  }
}
