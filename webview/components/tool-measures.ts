/** How few tools a chat gets by with: the measures of MemTool, in numbers with what they mean. */

import { html, type TemplateResult } from 'lit'
import { count, t } from '../text.ts'
import type { CheckedReport } from '../tool-messages.ts'

export function toolMeasures({ active, known, metrics, tokens }: CheckedReport): TemplateResult {
  const { removalRatio3, residual3, added, removed, tokensSaved } = metrics
  const entry = (value: string, label: string, title: string) => html`
    <div title=${title}><dd>${value}</dd><dt>${label}</dt></div>
  `
  return html`
    <dl class="counts measures">
      ${entry(count(active.length), t('tools at hand'), t('of {0} that are known', count(known)))}
      ${entry(count(tokensSaved), t('tokens saved, compared with sending all tools'), t('Estimated, compared with sending all known tools with each request'))}
      ${entry(ratio(removalRatio3), t('removed for each tool added'), t('Removal ratio 3T: removed for each added tool, over windows of three turns. {0} added, {1} removed so far.', count(added), count(removed)))}
      ${entry(ratio(residual3), t('tools left after a peak'), t('Residual: tools that are left in the three turns after a peak, on average'))}
    </dl>
    <p class="quiet">
      ${t('{0} added, {1} removed.', count(added), count(removed))}
      ${t('A request holds {0} tokens of tools instead of {1}.', count(tokens.active), count(tokens.all))}
    </p>
  `
}

/** A dash where too few turns have passed to tell. */
function ratio(value: number | null): string {
  return value === null ? '–' : value.toFixed(2)
}
