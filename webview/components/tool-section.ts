/** The tools of a chat: which it has at hand, which came and went and why, and what is saved by having few. */

import { html, nothing, type TemplateResult } from 'lit'
import type { PanelCalls } from '../rpc.ts'
import { t } from '../text.ts'
import type { CheckedReport, CheckedTools } from '../tool-messages.ts'
import { PanelElement } from './element.ts'
import { toolMeasures } from './tool-measures.ts'
import { activeTools, bannedTools, type ToolWish } from './tool-rows.ts'
import { toolTurns } from './tool-turns.ts'
import '@vscode-elements/elements/dist/vscode-button/index.js'

type Mode = CheckedReport['mode']

export class ToolSection extends PanelElement {
  static override properties = {
    calls: {},
    isOpen: { state: true },
    shown: { state: true },
    failure: { state: true },
    said: { state: true },
  }
  declare calls: PanelCalls | null
  declare isOpen: boolean
  declare shown: CheckedTools | null
  declare failure: string
  declare said: string
  /** Undefined: the newest. */
  #chat: string | undefined
  #asked = 0

  constructor() {
    super()
    this.calls = null
    this.isOpen = false
    this.shown = null
    this.failure = ''
    this.said = ''
  }

  /** Somebody changed the tools of a chat: asked again where they are looked at. */
  changed(chat: string): void {
    if (this.isOpen && (this.#chat === undefined || this.#chat === chat)) void this.#ask()
  }

  override firstUpdated(): void {
    this.isOpen = this.calls?.kept().tools === true
    if (this.isOpen) void this.#ask()
  }

  override render(): TemplateResult {
    return html`
      <details class="tools" ?open=${this.isOpen} @toggle=${this.#onToggle}>
        <summary><h2>${t('Tools of chats')}</h2></summary>
        <div class="announcer" role="status" aria-live="polite">${this.said}</div>
        ${this.failure === '' ? nothing : html`<p class="error" role="alert">${this.failure}</p>`}
        ${this.isOpen ? this.#content() : nothing}
      </details>
    `
  }

  #content(): TemplateResult | typeof nothing {
    const { shown } = this
    if (shown === null) return this.failure === '' ? html`<p class="quiet">${t('Looking…')}</p>` : nothing
    if (shown.report === null) return emptyTools()
    const { report } = shown
    const wish = (one: ToolWish) => void this.#act(report, one)
    return html`
      ${this.#choices(shown, report)} ${toolMeasures(report)} ${activeTools(report, wish)}
      ${bannedTools(report, wish)} ${toolTurns(report)}
      <div class="actions" role="group" aria-label=${t('Actions')}>
        <vscode-button secondary icon="export" @click=${() => void this.calls?.exportTools(report.chat)}>
          ${t('Export metrics')}
        </vscode-button>
      </div>
    `
  }

  #choices({ chats }: CheckedTools, { chat, mode }: CheckedReport): TemplateResult {
    const modes: [Mode, string][] = [
      [null, t('As the setting says')],
      ['hybrid', t('Hybrid: pruned, then searched')],
      ['workflow', t('Workflow: chosen once a turn')],
      ['autonomous', t('Autonomous: by the model')],
    ]
    return html`
      <label class="choice">
        <span>${t('Chat')}</span>
        <select @change=${this.#onChat}>
          ${chats.map(
            ({ id, title }) =>
              html`<option value=${id} ?selected=${id === chat}>${title ?? t('Chat {0}', id)}</option>`,
          )}
        </select>
      </label>
      <label class="choice">
        <span>${t('Mode')}</span>
        <select @change=${(event: Event) => void this.#choose(chat, chosenIn(event) as Mode | '')}>
          ${modes.map(
            ([value, label]) =>
              html`<option value=${value ?? ''} ?selected=${value === mode}>${label}</option>`,
          )}
        </select>
      </label>
    `
  }

  readonly #onToggle = (event: Event): void => {
    const { open } = event.target as HTMLDetailsElement
    if (open === this.isOpen) return
    this.isOpen = open
    this.calls?.keep({ tools: open })
    if (open) void this.#ask()
  }

  readonly #onChat = (event: Event): void => {
    this.#chat = chosenIn(event)
    void this.#ask()
  }

  async #choose(chat: string, mode: Mode | ''): Promise<void> {
    await this.#do(() => this.calls?.toolMode({ chat, mode: mode === '' ? null : mode }), t('Mode changed.'))
  }

  async #act({ chat }: CheckedReport, { act, tool }: ToolWish): Promise<void> {
    const said = {
      pin: t('{0} is pinned.', tool),
      unpin: t('{0} is no longer pinned.', tool),
      ban: t('{0} is banned.', tool),
      unban: t('{0} is allowed again.', tool),
    }
    await this.#do(() => this.calls?.toolAct({ chat, act, tool }), said[act])
  }

  /** What was said stays unchanged until it is done: a screen reader hears no promise. */
  async #do(work: () => Promise<void> | undefined, said: string): Promise<void> {
    try {
      await work()
      this.said = said
      await this.#ask()
    } catch (error) {
      this.failure = textOf(error)
    }
  }

  async #ask(): Promise<void> {
    if (this.calls === null) return
    this.#asked += 1
    const mine = this.#asked
    try {
      const shown = await this.calls.tools(this.#chat)
      if (mine !== this.#asked) return
      this.shown = shown
      this.failure = ''
    } catch (error) {
      if (mine === this.#asked) this.failure = textOf(error)
    }
  }
}

function emptyTools(): TemplateResult {
  return html`
    <p class="quiet">
      ${t(
        'No chat has used tools yet. Ask @casebook something in the Chat view: it looks for the tools that it needs, and here you see which it has, which it gave up, and why.',
      )}
    </p>
  `
}

function chosenIn(event: Event): string {
  return (event.target as HTMLSelectElement).value
}

function textOf(error: unknown): string {
  const remedy = error instanceof Error && 'remedy' in error ? ` ${String(error.remedy)}` : ''
  return `${error instanceof Error ? error.message : String(error)}${remedy}`.trimEnd()
}

customElements.define('casebook-tools', ToolSection)

declare global {
  interface HTMLElementTagNameMap {
    'casebook-tools': ToolSection
  }
}
