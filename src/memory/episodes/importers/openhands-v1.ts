/** Events of OpenHands since its SDK: one class of event a `kind`. */

import { blockText, type Fields, fields, integer, label, text } from '../fields.ts'
import { pathText } from '../tame.ts'
import type { Does, Event, Result } from './openhands-steps.ts'

/** Null: nothing that counts. Kinds come and go: an unknown one is none. */
export function eventOfV1(value: Fields): Event | null {
  const kind = text(value.kind)
  if (kind === 'MessageEvent') return messageOf(value)
  if (kind === 'ActionEvent') return callOf(value)
  if (/^(?:ObservationEvent|AgentErrorEvent|UserRejectObservation|RejectObservation)$/.test(kind))
    return resultOf(value)
  if (/^Condensation(?:SummaryEvent)?$/.test(kind)) return { type: 'compaction', text: text(value.summary) }
  if (/^(?:PauseEvent|InterruptEvent)$/.test(kind))
    return { type: 'stopped', detail: 'the person stopped it' }
  return null
}

/** What the program itself says in the person's place. */
const nudge =
  /^(?:Your last response did not include a function call|The task appears incomplete \(iteration )/

function messageOf(value: Fields): Event | null {
  const message = fields(value.llm_message)
  const said = blockText(message.content)
  if (value.source === 'agent') return { type: 'assistant', text: said }
  if (value.source !== 'user' || nudge.test(said) || text(value.sender) !== '') return null
  return { type: 'user', text: said }
}

function callOf(value: Fields): Event | null {
  const action = fields(value.action)
  const name = text(value.tool_name) || text(action.kind) || 'tool'
  const keys = [text(value.id), text(value.tool_call_id)]
  const thought = blockText(value.thought)
  // An action that the program could not make out has none: an error follows.
  return { type: 'call', keys, does: doesOf(action), name, input: action, thought }
}

function doesOf(action: Fields): Does {
  const kind = text(action.kind)
  if (/^(?:Terminal|ExecuteBash|Bash|CmdRun)Action$/.test(kind))
    return action.is_input === true || text(action.command).trim() === '' ? 'more' : 'run'
  if (kind === 'FinishAction') return 'finish'
  if (kind === 'ThinkAction') return 'think'
  if (kind === 'ApplyPatchAction') return 'patch'
  const verb = text(action.command)
  if (/Editor\w*Action$/.test(kind)) return verb === 'view' || verb === '' ? 'other' : 'edit'
  return /^(?:Edit|WriteFile|Write|Replace)\w*Action$/.test(kind) ? 'edit' : 'other'
}

function resultOf(value: Fields): Result {
  const keys = [text(value.action_id), text(value.tool_call_id)]
  const kind = text(value.kind)
  if (kind !== 'ObservationEvent') {
    const refused =
      kind === 'AgentErrorEvent' ? null : text(value.rejection_reason) || 'the person refused it'
    return {
      type: 'result',
      keys,
      output: text(value.error),
      isError: true,
      ...(refused !== null && { refused }),
    }
  }
  const observation = fields(value.observation)
  const metadata = fields(observation.metadata)
  const code = integer(observation.exit_code) ?? integer(metadata.exit_code)
  const isRun = 'exit_code' in observation || 'exit_code' in metadata
  const cwd = pathText(metadata.working_dir)
  const path = label(observation.path) ?? label(observation.file_path)
  const before = observation.old_content ?? observation.old_file_content
  const after = observation.new_content ?? observation.new_file_content
  return {
    type: 'result',
    keys,
    output: blockText(observation.content) || text(observation.output),
    isError: observation.is_error === true || text(observation.error) !== '',
    // It answers -1 where the command still runs.
    ...(isRun && { exitCode: code === -1 ? null : code }),
    ...(cwd !== undefined && { cwd }),
    ...(path !== null && { path }),
    ...(typeof before === 'string' && { before }),
    ...(typeof after === 'string' && { after }),
    ...((observation.prev_exist === false || observation.is_new_file === true) && { isNew: true }),
  }
}
