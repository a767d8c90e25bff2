/** One result: what it is, where it is, a look at it, and why it has its rank. */

import { html, nothing, type TemplateResult } from 'lit'
import type { CheckedHit, CheckedScore } from '../messages.ts'
import { t } from '../text.ts'

export interface HitRowOptions {
  /** Shown where there is more than one root. */
  rootName: string | null
  explained: boolean
  open(): void
  /** Shows or hides the explanation. */
  toggle(): void
}

/** Lines of the preview; a row stays a row. */
const previewLines = 4
const shownChannels = 3

export function hitRow(
  hit: CheckedHit,
  { rootName, explained, open, toggle }: HitRowOptions,
): TemplateResult {
  const explain = byContribution(hit.explain)
  const why = explain.slice(0, shownChannels)
  return html`
    <li class="hit">
      <button class="hit-open" type="button" @click=${open}>
        <span class="hit-title">
          <span class="codicon codicon-${iconOf(hit)}" aria-hidden="true"></span>
          <span class="hit-name">${nameOf(hit)}</span>
        </span>
        <span class="hit-place" title=${titleOf(hit)}>
          <span class="hit-lines">${linesOf(hit)}</span>
          <span class="hit-folder">${rootName === null ? folderOf(hit) : `${rootName}: ${folderOf(hit)}`}</span>
        </span>
        ${preview(hit)}
      </button>
      <button
        class="hit-why"
        type="button"
        aria-expanded=${explained ? 'true' : 'false'}
        aria-label=${t('Why this rank: {0}', why.map(channelText).join(', '))}
        @click=${toggle}
      >
        ${why.map((score) => html`<span class="channel">${channelText(score)}</span>`)}
        <span class="codicon codicon-chevron-${explained ? 'up' : 'down'}" aria-hidden="true"></span>
      </button>
      ${explained ? explanation(explain) : nothing}
    </li>
  `
}

function preview(hit: CheckedHit): TemplateResult | typeof nothing {
  if (hit.type === 'commit' || hit.preview.trim() === '') return nothing
  const lines = hit.preview.split('\n').slice(0, previewLines)
  return html`<code class="preview">${lines.join('\n')}</code>`
}

function explanation(explain: CheckedScore[]): TemplateResult {
  return html`
    <table class="explain">
      <thead>
        <tr>
          <th scope="col">${t('Channel')}</th>
          <th scope="col">${t('Rank')}</th>
          <th scope="col">${t('Adds')}</th>
        </tr>
      </thead>
      <tbody>
        ${explain.map(
          (score) => html`
            <tr>
              <td>${score.channel}${score.detail === undefined ? nothing : html` <q>${score.detail}</q>`}</td>
              <td>${score.rank ?? '–'}</td>
              <td>${score.contribution.toFixed(4)}</td>
            </tr>
          `,
        )}
      </tbody>
    </table>
  `
}

function byContribution(explain: CheckedScore[]): CheckedScore[] {
  return [...explain].sort((a, b) => b.contribution - a.contribution)
}

function channelText({ channel, rank }: CheckedScore): string {
  return rank === null ? channel : `${channel} #${rank}`
}

function nameOf(hit: CheckedHit): string {
  if (hit.type === 'commit') return hit.subject
  return hit.name === '' ? fileOf(hit.path) : hit.name
}

function titleOf(hit: CheckedHit): string {
  return hit.type === 'commit' ? hit.sha : hit.path
}

/** The file and its lines; the name of a file is not said twice. */
function linesOf(hit: CheckedHit): string {
  if (hit.type === 'commit') return hit.sha.slice(0, 10)
  const lines = `${hit.span.startLine}–${hit.span.endLine}`
  return hit.name === '' ? t('lines {0}', lines) : `${fileOf(hit.path)}:${lines}`
}

function folderOf(hit: CheckedHit): string {
  if (hit.type === 'chunk') return hit.path.split('/').slice(0, -1).join('/')
  return new Date(hit.time * 1_000).toLocaleDateString(document.documentElement.lang)
}

function fileOf(path: string): string {
  return path.split('/').at(-1) ?? path
}

function iconOf(hit: CheckedHit): string {
  if (hit.type === 'commit') return 'git-commit'
  return hit.kind === 'definition' ? 'symbol-method' : 'file-code'
}
