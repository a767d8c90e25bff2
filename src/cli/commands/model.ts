/** `casebook model test|list`: whether the model that is set answers, and which models its server has. */

import type { Diagnosis } from '../../llm/diagnose.ts'
import type { ListedModel } from '../../llm/model-list.ts'
import { UserError } from '../../memory/ports.ts'
import type { Call, Command } from '../command.ts'
import { escapeLine } from '../escape.ts'
import { columns, count, plural } from '../format.ts'
import type { Style } from '../style.ts'

const test: Command = {
  name: 'model test',
  summary: 'Try the model that is set: address, key, model, streaming, tools, speed',
  usage: '',
  details: `Asks the model of CASEBOOK_MODEL_BASE_URL and CASEBOOK_MODEL_MODEL three short questions of Casebook and nothing
of yours. Exit code 1 when it does not answer; a model that takes no tools still distils.`,
  options: {},
  async run(call) {
    const { diagnoseModel } = await import('../../llm/diagnose.ts')
    const meter = await openMeter(call)
    const { settings, log, signal, terminal } = call
    if (settings.model.model !== '') terminal.note(`Asking ${escapeLine(settings.model.model)} …`)
    const found = await diagnoseModel(settings.model, { meter, log, signal })
    return { data: found, text: (style) => stepLines(found, style), failed: !found.ok }
  },
}

async function openMeter({ settings, log }: Call) {
  const { ledgerFolder, openLedger } = await import('../../llm/ledger-file.ts')
  const { metered, meterSettings } = await import('../../llm/metered.ts')
  const ledger = openLedger(ledgerFolder())
  const about = { root: null, background: false, log, ...meterSettings(settings.model) }
  return (model: Parameters<typeof metered>[0]) => metered(model, ledger, about)
}

function stepLines({ steps }: Diagnosis, style: Style): string {
  const marks = {
    ok: style.good('ok  '),
    failed: style.bad('fail'),
    doubtful: style.warn('warn'),
    skipped: style.dim('-   '),
  }
  const width = Math.max(...steps.map(({ step }) => step.length))
  return steps
    .flatMap(({ step, state, words, remedy }) => [
      `${marks[state]}  ${step.padEnd(width)}  ${escapeLine(words)}`,
      ...(remedy === null ? [] : [`${' '.repeat(width + 8)}${escapeLine(remedy)}`]),
    ])
    .join('\n')
}

const list: Command = {
  name: 'model list',
  summary: 'List the models of the server that is set',
  usage: '',
  options: {},
  async run(call) {
    if (call.settings.model.baseUrl === '') throw noneSet()
    const { listModels } = await import('../../llm/model-list.ts')
    const found = await listModels(call.settings.model, { signal: call.signal })
    const shown = found.slice(0, call.limit ?? found.length)
    return { data: { models: shown }, text: () => modelLines(shown, call.settings.model.model) }
  },
}

/** Somebody at a terminal has no settings of an editor. */
function noneSet(): UserError {
  const remedy =
    'Set CASEBOOK_MODEL_BASE_URL (Ollama: http://localhost:11434/v1), then CASEBOOK_MODEL_MODEL to one of its models. In the editor: casebook.model.baseUrl and casebook.model.model.'
  return new UserError('No model is set.', remedy)
}

function modelLines(models: readonly ListedModel[], chosen: string): string {
  if (models.length === 0) return 'The server has no models.'
  const rows = models.map(({ id, contextTokens }) => [
    id === chosen ? '*' : ' ',
    escapeLine(id),
    contextTokens === null ? '' : `${count(contextTokens)} tokens`,
  ])
  return `${columns(rows)}\n${plural(models.length, 'model')}${chosen === '' ? '' : ', * is the one that is set'}`
}

export const modelCommands: readonly Command[] = [test, list]
