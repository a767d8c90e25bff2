/** `casebook model serve-script`: a model that answers by a script, to try the chat without a model. */

import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { UserError } from '../../memory/ports.ts'
import { type Command, UsageError } from '../command.ts'
import { onlyArgument } from '../with-memories.ts'

export const modelServe: Command = {
  name: 'model serve-script',
  summary: 'Serve a model that answers by a script, to try Casebook without one',
  usage: 'FILE.json',
  details: `Listens on this machine only, until Ctrl-C. FILE.json is a list such as
[{"when": {"tool": "^casebook_recall$", "result": null},
  "reply": {"tool_calls": [{"name": "casebook_recall", "arguments": {"text": "{{question}}"}}]}},
 {"when": {"result": "."}, "reply": {"content": "Memory says: {{result}}", "pause": 50}},
 {"reply": "I know nothing."}]
The first entry that fits answers; "when" holds patterns for system, lastUser, tool (an offered one) and result (of a
tool; null: none yet); {{question}} is the last paragraph of what the user said; "delay" and "pause" are milliseconds; "times" says how often an entry answers at most.`,
  options: { port: { type: 'string', value: 'N', help: 'default: any that is free' } },
  async run(call) {
    const file = onlyArgument(call, modelServe, 'the file of a script')
    const port = portOf(call.values.port)
    const { parseScript } = await import('../../llm/script-file.ts')
    const { startScriptedServer } = await import('../../llm/scripted-server.ts')
    const text = await readFile(call.resolve(file), 'utf8').catch((error: unknown) => {
      throw new UserError(`${file} cannot be read.`, 'Name a file with a script.', error)
    })
    const server = await startScriptedServer(parseScript(text, file), { port }).catch(occupied)
    call.terminal.note(
      `Set casebook.model.baseUrl to ${server.baseUrl} and casebook.model.model to scripted (in a terminal: CASEBOOK_MODEL_BASE_URL and CASEBOOK_MODEL_MODEL).`,
    )
    try {
      if (!call.signal.aborted) await once(call.signal, 'abort')
    } finally {
      await server.close()
    }
    return { data: null, text: () => '', silent: true }
  },
}

function portOf(value: string | boolean | undefined): number {
  if (value === undefined) return 0
  const port = Number(value)
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port
  throw new UsageError(`'${value}' is no port.`, modelServe)
}

function occupied(error: unknown): never {
  if (error instanceof UserError) throw error
  throw new UserError('The port cannot be listened on.', 'Name another with --port.', error)
}
