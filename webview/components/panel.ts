/** The whole panel: the search over the memory, and the state of every root below it. */

import { html, nothing, type TemplateResult } from 'lit'
import type { PanelCommand } from '../../src/protocol.ts'
import type { CheckedHit, CheckedReply, CheckedState } from '../messages.ts'
import type { PanelCalls } from '../rpc.ts'
import { t } from '../text.ts'
import { announcement } from './announcement.ts'
import { PanelElement } from './element.ts'
import { emptyState } from './empty-state.ts'
import './hit-list.ts'
import './root-card.ts'
import './search-box.ts'
import './tool-section.ts'

export class CasebookPanel extends PanelElement {
  static override properties = {
    memory: { state: true },
    query: { state: true },
    reply: { state: true },
    failure: { state: true },
    announced: { state: true },
  }
  declare memory: CheckedState | null
  declare query: string
  declare reply: CheckedReply | null
  declare failure: string
  declare announced: string
  #calls: PanelCalls | null = null
  #asked = 0

  constructor() {
    super()
    this.memory = null
    this.query = ''
    this.reply = null
    this.failure = ''
    this.announced = ''
  }

  attach(calls: PanelCalls): void {
    this.#calls = calls
    void calls.state().then((state) => {
      this.receive(state)
      const { query } = calls.kept()
      if (query !== '') void this.#search(query)
    })
  }

  receive(state: CheckedState): void {
    const said = announcement(this.memory, state)
    if (said !== null) this.announced = said
    this.memory = state
  }

  toolsChanged(chat: string): void {
    this.querySelector('casebook-tools')?.changed(chat)
  }

  override render(): TemplateResult {
    const { memory } = this
    if (memory === null) return html`<p class="quiet">${t('Opening the memory…')}</p>`
    const empty = emptyState(memory, (command) => this.#command(command))
    return html`
      <div class="announcer" role="status" aria-live="polite">${this.announced}</div>
      ${empty ?? this.#page(memory)}
    `
  }

  #page(memory: CheckedState): TemplateResult {
    return html`
      <casebook-search-box
        .query=${this.query}
        @casebook-query=${(event: CustomEvent<string>) => void this.#search(event.detail)}
        @casebook-leave=${() => this.querySelector('casebook-hit-list')?.focusFirst()}
      ></casebook-search-box>
      ${this.#results(memory)}
      <section class="roots" aria-label=${t('State of the memory')} @casebook-command=${this.#onCommand}>
        ${memory.problems.map(
          ({ folder, message, remedy }) => html`
            <article class="card">
              <h2>${folder}</h2>
              <p class="error">${message}</p>
              <p class="quiet">${remedy}</p>
            </article>
          `,
        )}
        ${memory.roots.map((root) => html`<casebook-root-card .status=${root}></casebook-root-card>`)}
        ${this.#serviceNote(memory)}
      </section>
      <casebook-tools .calls=${this.#calls}></casebook-tools>
    `
  }

  #results(memory: CheckedState): TemplateResult | typeof nothing {
    if (this.query.trim() === '') return nothing
    if (this.failure !== '') return html`<p class="error" role="alert">${this.failure}</p>`
    if (this.reply === null) return html`<p class="quiet">${t('Searching…')}</p>`
    return html`
      <casebook-hit-list
        .reply=${this.reply}
        .names=${memory.roots.length > 1 ? new Map(memory.roots.map(({ root, name }) => [root, name])) : null}
        @casebook-open=${(event: CustomEvent<CheckedHit>) => this.#open(event.detail)}
        @casebook-back=${() => this.querySelector('casebook-search-box')?.focusInput()}
      ></casebook-hit-list>
    `
  }

  #serviceNote({ service, roots, problems }: CheckedState): TemplateResult | typeof nothing {
    if (service === 'restarting') return html`<p class="quiet">${t('The memory service restarts…')}</p>`
    if (roots.length + problems.length > 0) return nothing
    return html`<p class="quiet">${t('Opening the memory…')}</p>`
  }

  async #search(query: string): Promise<void> {
    this.query = query
    this.#calls?.keep({ query })
    this.#asked += 1
    const mine = this.#asked
    if (query.trim() === '' || this.#calls === null) {
      this.reply = null
      return
    }
    try {
      const reply = await this.#calls.search(query)
      if (mine !== this.#asked) return
      this.failure = ''
      this.reply = reply
      this.announced =
        reply.hits.length === 0
          ? (reply.nothingFound ?? t('Nothing found.'))
          : t('{0} results', reply.hits.length)
    } catch (error) {
      if (mine === this.#asked) this.failure = error instanceof Error ? error.message : String(error)
    }
  }

  #open(hit: CheckedHit): void {
    if (hit.type === 'commit') void this.#calls?.examine({ root: hit.root, sha: hit.sha })
    else void this.#calls?.reveal({ root: hit.root, path: hit.path, span: hit.span })
  }

  readonly #onCommand = (event: CustomEvent<{ command: PanelCommand; root?: string }>): void => {
    this.#command(event.detail.command, event.detail.root)
  }

  #command(command: PanelCommand, root?: string): void {
    void this.#calls?.command(command, root)
  }
}

customElements.define('casebook-panel', CasebookPanel)

declare global {
  interface HTMLElementTagNameMap {
    'casebook-panel': CasebookPanel
  }
}
