/** The test of Set Up Model: begun by the person, told step by step, and read as what works and what to do. */

import * as vscode from 'vscode'
import type { Diagnosis, DiagnosisStep, StepName } from '../../llm/diagnose.ts'
import { withCancel } from '../progress.ts'
import { askWay, type Draft, draftKey, hostOf, type Step, titleOf, type Way } from './set-up-questions.ts'
import type { ModelParts } from './window-models.ts'

export async function askTest(parts: ModelParts, draft: Draft): Promise<Step | undefined> {
  const test = {
    label: `$(play) ${vscode.l10n.t('Test {0}', draft.model)}`,
    detail: vscode.l10n.t(
      'Sends {0} a few short questions of Casebook. Nothing of yours but the key for it.',
      hostOf(draft),
    ),
  }
  const save = {
    label: `$(save) ${vscode.l10n.t('Save without a Test')}`,
    detail: vscode.l10n.t('Asks nobody.'),
  }
  const choice = await vscode.window.showQuickPick([test, save], {
    title: titleOf(draft),
    placeHolder: vscode.l10n.t('{0} at {1}', draft.model, hostOf(draft)),
    ignoreFocusOut: true,
  })
  if (choice === undefined) return undefined
  return choice === test ? await runTest(parts, draft) : 'save'
}

async function runTest(parts: ModelParts, draft: Draft): Promise<Step | undefined> {
  const { diagnoseModel } = await import('../../llm/diagnose.ts')
  const settings = {
    baseUrl: draft.baseUrl,
    model: draft.model,
    apiKey: await draftKey(parts.context, draft),
  }
  const meter = await parts.models.meter()
  const title = vscode.l10n.t('Testing {0} at {1}…', draft.model, hostOf(draft))
  const diagnosis = await withCancel(title, (signal, report) =>
    diagnoseModel(settings, { signal, meter, log: parts.log, onStep: ({ words }) => report(words) }),
  )
  // Stopped: the question of the test comes again.
  if (diagnosis === null) return 'test'
  parts.log.info(`Model test of ${draft.model} at ${hostOf(draft)}:\n${detailOf(diagnosis.steps)}`)
  draft.contextTokens = diagnosis.contextTokens
  parts.models.learn(settings, diagnosis.refused)
  return diagnosis.ok && diagnosis.takesTools ? 'save' : await askAfterTest(diagnosis, draft)
}

/** It does not answer, or does less than it should. */
async function askAfterTest({ ok, steps }: Diagnosis, draft: Draft): Promise<Step | undefined> {
  const changeModel: Way = [vscode.l10n.t('Change Model'), 'model']
  if (ok) {
    const message = vscode.l10n.t('{0} answers, but it cannot do all that agents need.', draft.model)
    return await askWay(message, detailOf(steps), [[vscode.l10n.t('Save'), 'save'], changeModel])
  }
  const changeAddress: Way = [vscode.l10n.t('Change Address'), 'address']
  const changes: Partial<Record<StepName, Way>> = {
    address: changeAddress,
    server: changeAddress,
    key: [vscode.l10n.t('Change Key'), 'key'],
  }
  const failed = steps.find(({ state }) => state === 'failed')
  const message = vscode.l10n.t('{0} at {1} does not work yet.', draft.model, hostOf(draft))
  return await askWay(message, detailOf(steps), [
    (failed && changes[failed.step]) ?? changeModel,
    [vscode.l10n.t('Test Again'), 'test'],
    [vscode.l10n.t('Save Anyway'), 'save'],
  ])
}

/** One line a step, with the remedy below where there is one. */
function detailOf(steps: readonly DiagnosisStep[]): string {
  const marks = { ok: '✓', failed: '✗', doubtful: '!', skipped: '–' }
  const tried = steps.filter(({ state }) => state !== 'skipped')
  return tried
    .flatMap(({ state, words, remedy }) => [
      `${marks[state]} ${words}`,
      ...(remedy === null ? [] : [`    ${remedy}`]),
    ])
    .join('\n')
}
