/** The tools that a chat has at hand, and those it must not have, with what can be done about each. */

import { html, nothing, type TemplateResult } from 'lit'
import { count, t } from '../text.ts'
import type { CheckedReport, CheckedTool } from '../tool-messages.ts'

export interface ToolWish {
  act: 'pin' | 'unpin' | 'ban' | 'unban'
  tool: string
}

type Tell = (wish: ToolWish) => void

export function activeTools({ active }: CheckedReport, tell: Tell): TemplateResult {
  if (active.length === 0)
    return html`<p class="quiet">${t('This chat has no tool at hand. It searches when it needs one.')}</p>`
  return html`
    <h3>${t('At hand')}</h3>
    <ul class="tool-list" aria-label=${t('Tools at hand')}>
      ${active.map((tool) => toolRow(tool, tell))}
    </ul>
  `
}

function toolRow(tool: CheckedTool, tell: Tell): TemplateResult {
  const { name, server, description, pinned, why } = tool
  return html`
    <li class="tool">
      <div class="tool-head">
        <span class="tool-name" title=${description}>${name}</span>
        <button
          type="button"
          class="tool-act codicon codicon-${pinned ? 'pinned' : 'pin'}"
          aria-pressed=${pinned ? 'true' : 'false'}
          aria-label=${t('Pin {0}', name)}
          title=${pinned ? t('Unpin: it may be removed again') : t('Pin: it stays at hand')}
          @click=${() => tell({ act: pinned ? 'unpin' : 'pin', tool: name })}
        ></button>
        <button
          type="button"
          class="tool-act codicon codicon-circle-slash"
          aria-label=${t('Ban {0}', name)}
          title=${t('Ban: it goes now, and this chat does not find it again')}
          @click=${() => tell({ act: 'ban', tool: name })}
        ></button>
      </div>
      <p class="quiet tool-facts">${facts(tool)}</p>
      ${why === '' ? nothing : html`<p class="quiet tool-facts">${why}</p>`}
      <span class="channel">${server}</span>
    </li>
  `
}

function facts({ since, lastUsed, tokens }: CheckedTool): string {
  const parts = [
    since === 0 ? t('since the beginning') : t('since turn {0}', since),
    lastUsed === null ? t('not called yet') : t('called in turn {0}', lastUsed),
    t('{0} tokens', count(tokens)),
  ]
  return parts.join(' · ')
}

export function bannedTools({ banned }: CheckedReport, tell: Tell): TemplateResult | typeof nothing {
  if (banned.length === 0) return nothing
  return html`
    <h3>${t('Banned')}</h3>
    <ul class="tool-list" aria-label=${t('Banned tools')}>
      ${banned.map(
        (name) => html`
          <li class="tool tool-head">
            <span class="tool-name">${name}</span>
            <button
              type="button"
              class="tool-act codicon codicon-discard"
              aria-label=${t('Allow {0} again', name)}
              title=${t('Allow again')}
              @click=${() => tell({ act: 'unban', tool: name })}
            ></button>
          </li>
        `,
      )}
    </ul>
  `
}
