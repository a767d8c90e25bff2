/** What came and went in the turns of a chat, newest first, and why. */

import { html, nothing, type TemplateResult } from 'lit'
import { t } from '../text.ts'
import type { CheckedReport, CheckedTurn } from '../tool-messages.ts'

export function toolTurns({ turns }: CheckedReport): TemplateResult | typeof nothing {
  if (turns.length === 0) return nothing
  return html`
    <h3>${t('Turns')}</h3>
    <ol class="turns" aria-label=${t('Turns')}>
      ${[...turns].reverse().map(turnRow)}
    </ol>
  `
}

function turnRow(turn: CheckedTurn): TemplateResult {
  const { changes, active, calls, failedCalls } = turn
  const called = callsText(calls, failedCalls)
  return html`
    <li class="turn">
      <p>${t('Turn {0}', turn.turn)} <span class="quiet">${timeOf(turn)} · ${t('{0} at hand', active)} · ${called}${ending(turn)}</span></p>
      ${
        changes.length === 0
          ? html`<p class="quiet">${t('Nothing came or went.')}</p>`
          : html`<ul>${changes.map(changeRow)}</ul>`
      }
    </li>
  `
}

function callsText(calls: number, failed: number): string {
  const made = calls === 1 ? t('1 call') : t('{0} calls', calls)
  return failed === 0 ? made : t('{0}, {1} failed', made, failed)
}

function changeRow({ op, name, why }: CheckedTurn['changes'][number]): TemplateResult {
  const came = op === 'added'
  return html`
    <li class="change">
      <span class="codicon codicon-${came ? 'add' : 'remove'}" role="img" aria-label=${came ? t('added') : t('removed')}></span>
      <span><span class="tool-name">${name}</span> <span class="quiet">${why}</span></span>
    </li>
  `
}

function ending({ outcome }: CheckedTurn): string {
  const texts = {
    answered: '',
    steps: ` · ${t('stopped at the limit of steps')}`,
    failed: ` · ${t('failed')}`,
    stopped: ` · ${t('stopped by you')}`,
    running: ` · ${t('running')}`,
  }
  return texts[outcome]
}

function timeOf({ at }: CheckedTurn): string {
  const today = new Date().toDateString() === new Date(at).toDateString()
  const language = document.documentElement.lang
  return today
    ? new Date(at).toLocaleTimeString(language, { hour: '2-digit', minute: '2-digit' })
    : new Date(at).toLocaleDateString(language)
}
