/** Events of OpenHands before its SDK, also as they stand in trajectory exports: actions, and observations with their cause. */

import { type Fields, fields, integer, label, text } from '../fields.ts'
import { pathText } from '../tame.ts'
import type { Does, Event, Result } from './openhands-steps.ts'

/** Null: nothing that counts. */
export function eventOfV0(value: Fields): Event | null {
  const action = text(value.action)
  if (action !== '') return actionOf(action, value)
  const observation = text(value.observation)
  if (observation === 'recall') return placeOf(fields(value.extras))
  return observation === '' ? null : resultOf(observation, value)
}

function actionOf(action: string, value: Fields): Event | null {
  const args = fields(value.args)
  if (action === 'message') {
    const said = text(args.content) || text(value.message)
    if (value.source === 'user') return { type: 'user', text: said }
    return value.source === 'agent' ? { type: 'assistant', text: said } : null
  }
  if (action === 'condensation') return { type: 'compaction', text: text(args.summary) }
  if (action === 'reject') return { type: 'stopped', detail: 'the agent gave up' }
  if (/^(?:system|recall|change_agent_state|loop_recovery|null)$/.test(action)) return null
  const does = doesOf(action, args)
  const thought = action === 'finish' ? '' : text(args.thought)
  return { type: 'call', keys: [keyOf(value.id)], does, name: action, input: args, thought }
}

function doesOf(action: string, args: Fields): Does {
  if (action === 'run') return args.is_input === true || text(args.command).trim() === '' ? 'more' : 'run'
  if (action === 'edit') return text(args.command) === 'view' ? 'other' : 'edit'
  if (action === 'write') return 'edit'
  return action === 'finish' || action === 'think' ? action : 'other'
}

function keyOf(id: unknown): string {
  return typeof id === 'number' || (typeof id === 'string' && id !== '') ? String(id) : ''
}

function resultOf(observation: string, value: Fields): Result {
  const extras = fields(value.extras)
  const metadata = fields(extras.metadata)
  const code = integer(metadata.exit_code) ?? integer(extras.exit_code)
  const output = text(value.content)
  const cwd = pathText(metadata.working_dir)
  const path = label(extras.path)
  const isRefused = observation === 'user_rejected'
  return {
    type: 'result',
    keys: [keyOf(value.cause)],
    output,
    isError: observation === 'error' || /^\s*(?:ERROR:|\[Error|Error)/.test(output.slice(0, 200)),
    ...(observation === 'run' && { exitCode: code === -1 ? null : code }),
    ...(cwd !== undefined && { cwd }),
    ...(path !== null && { path }),
    ...(typeof extras.old_content === 'string' && { before: extras.old_content }),
    ...(typeof extras.new_content === 'string' && { after: extras.new_content }),
    ...(extras.prev_exist === false && { isNew: true }),
    ...(isRefused && { refused: output || 'the person refused it' }),
  }
}

function placeOf(extras: Fields): Event | null {
  const folder = pathText(extras.repo_directory)
  const remote = label(extras.repo_name)
  return folder === undefined && remote === null
    ? null
    : { type: 'where', folder, remote, branch: label(extras.repo_branch) }
}
