/** The memory of one root: what it does now, what it knows, and what can be done about it. */

import { html, nothing, type TemplateResult } from 'lit'
import type { PanelCommand } from '../../src/protocol.ts'
import type { CheckedRoot } from '../messages.ts'
import { ago, count, duration, t } from '../text.ts'
import { PanelElement } from './element.ts'
import { progressLines } from './progress-lines.ts'
import './language-bars.ts'
import '@vscode-elements/elements/dist/vscode-button/index.js'

export class RootCard extends PanelElement {
  static override properties = { status: {} }
  declare status: CheckedRoot | null

  constructor() {
    super()
    this.status = null
  }

  override render(): TemplateResult | typeof nothing {
    const { status } = this
    if (status === null) return nothing
    return html`
      <article class="card" aria-label=${status.name}>
        <header>
          <h2>${status.name}</h2>
          ${
            status.branch === null
              ? nothing
              : html`<span class="branch">
            <span class="codicon codicon-git-branch" aria-hidden="true"></span>${status.branch}
          </span>`
          }
        </header>
        ${stateLine(status)} ${status.notices.map((notice) => html`<p class="warning">${notice}</p>`)}
        ${progressLines(status)} ${counts(status)}
        <casebook-language-bars .languages=${status.languages}></casebook-language-bars>
        ${lastRun(status)} ${this.#actions(status)}
      </article>
    `
  }

  #actions(status: CheckedRoot): TemplateResult {
    const { state, root, excludedFiles } = status
    const button = (command: PanelCommand, icon: string, label: string) => html`
      <vscode-button secondary icon=${icon} @click=${() => this.#tell(command, root)}>${label}</vscode-button>
    `
    const running = state.kind === 'indexing'
    const paused = state.kind === 'paused'
    return html`
      <div class="actions" role="group" aria-label=${t('Actions')}>
        ${running ? button('pause', 'debug-pause', t('Pause')) : nothing}
        ${paused ? button('resume', 'debug-start', t('Resume')) : nothing}
        ${running || paused ? button('stop', 'debug-stop', t('Stop')) : nothing}
        ${isUnfinished(status) ? button('index', 'play', t('Index now')) : nothing}
        ${running || paused ? nothing : button('rebuild', 'refresh', t('Rebuild'))}
        ${button('excluded', 'circle-slash', t('Excluded ({0})', count(excludedFiles)))}
        ${button('health', 'pulse', t('Health'))} ${button('log', 'output', t('Log'))}
      </div>
    `
  }

  #tell(command: PanelCommand, root: string): void {
    this.dispatchEvent(new CustomEvent('casebook-command', { detail: { command, root }, bubbles: true }))
  }
}

/** Stopped, failed, or never begun because indexing does not begin by itself. */
function isUnfinished({ state, lastRun, indexedFiles, files }: CheckedRoot): boolean {
  return state.kind === 'failed' || (state.kind === 'idle' && (lastRun === null || indexedFiles < files))
}

function stateLine(status: CheckedRoot): TemplateResult {
  const { state } = status
  switch (state.kind) {
    case 'idle':
      return isUnfinished(status)
        ? line('circle-outline', t('Not indexed to the end'))
        : line('pass', t('Up to date'))
    case 'indexing':
      return line('sync', t('Indexing: {0}', state.reason), 'spinning')
    case 'paused':
      return line('debug-pause', t('Paused: {0}', state.reason))
    case 'waiting':
      return line('watch', t('Waiting: {0}', state.reason))
    case 'failed':
      return html`<div class="error" role="alert"><p>${state.message}</p><p>${state.remedy}</p></div>`
  }
}

function line(icon: string, text: string, kind = ''): TemplateResult {
  return html`<p class="state">
    <span class="codicon codicon-${icon} ${kind}" aria-hidden="true"></span><span>${text}</span>
  </p>`
}

function counts({ files, indexedFiles, symbols, commits }: CheckedRoot): TemplateResult {
  const whole = indexedFiles === files ? count(files) : t('{0} of {1}', count(indexedFiles), count(files))
  const entry = (value: string, label: string) => html`<div><dd>${value}</dd><dt>${label}</dt></div>`
  return html`
    <dl class="counts">
      ${entry(whole, t('files'))} ${entry(count(symbols), t('symbols'))} ${entry(count(commits), t('commits'))}
    </dl>
  `
}

function lastRun({ lastRun: run, lastError, state }: CheckedRoot): TemplateResult {
  const error =
    lastError === null || state.kind === 'failed'
      ? nothing
      : html`<p class="warning">${t('Last error: {0}', lastError)}</p>`
  if (run === null) return html`${error}`
  const text = t(
    'Last run {0}: {1} files read in {2}, because {3}',
    ago(run.at),
    count(run.parsed),
    duration(run.seconds),
    run.reason,
  )
  return html`<p class="quiet">${text}</p>${error}`
}

customElements.define('casebook-root-card', RootCard)

declare global {
  interface HTMLElementTagNameMap {
    'casebook-root-card': RootCard
  }
}
