/** Asks secretlint's recommended rules for the secrets they know. The library is loaded at the first question. */

import type { Span } from './span.ts'
import { isLogin } from './values.ts'

/**
 * Left out of the preset (its own switch for that has no effect on presets). Comments in a text must not switch
 * masking off; `gcp` reads a file of the given name and marks whole texts (the key in them is found anyway).
 */
const off = ['filter-comments', 'gcp']
const prefix = '@secretlint/secretlint-rule-'
/** The numbers of accounts are no secrets. */
const allowMessageIds = ['AWSAccountID']

/**
 * Every rule of the preset needs one of these to find anything: most texts hold none. A test holds the list to the
 * rules of the installed version.
 */
const clues = new RegExp(
  [
    'A3T|AKIA|AGPA|AIDA|AROA|AIPA|ANPA|ANVA|ASIA|secret|PRIVATE|_authToken|npm_|xox|xapp|hooks\\.slack\\.com',
    '://[^\\s@]{1,600}@|sk-|SG\\.|shp|[sr]k_|gh[opusr]_|github_pat|gl[a-z]{2,5}-|glc_|glsa_|gsk_|hf_|lin_api|ntn_',
    'ops_ey|hv[bsr]\\.|vc[piark]_|dapi|dckr_|figd_|cf[ku]|cfat|tskey',
  ].join('|'),
  'i',
)

/** The ids that `clues` was made for. */
export const knownRules: readonly string[] =
  'aws gcp privatekey npm basicauth slack sendgrid shopify stripe github gitlab grafana openai anthropic groq huggingface linear notion 1password database-connection-string hashicorp-vault vercel databricks docker figma cloudflare tailscale filter-comments'.split(
    ' ',
  )

/** `everything` asks even where no clue is: for the test of the clues. May throw what the library throws. */
export async function lintSecrets(text: string, options: { everything?: boolean } = {}): Promise<Span[]> {
  if (!options.everything && !clues.test(text)) return []
  const [{ lintSource }, { secretLintProfiler }, { rules }] = await Promise.all([
    import('@secretlint/core'),
    import('@secretlint/profiler'),
    import('@secretlint/secretlint-rule-preset-recommend'),
  ])
  // Else every question leaves a hundred marks in the process for ever: 75 MB in 4,000 questions.
  secretLintProfiler.setEnabled(false)
  const kept = rules.filter((rule) => !off.includes(rule.meta.id.replace(prefix, '')))
  const config = { rules: kept.map((rule) => ({ id: rule.meta.id, rule, allowMessageIds })) }
  const source = { content: text, filePath: '', ext: '.txt', contentType: 'text' as const }
  const { messages } = await lintSource({ source, options: { config, noPhysicFilePath: true } })
  // The library drops a byte order mark before it counts.
  const shift = text.charCodeAt(0) === 0xfeff ? 1 : 0
  const spans = messages.map((message) => {
    const [from, to] = [message.range[0] + shift, message.range[1] + shift]
    const [start, end] = locate(text, from, to, Object.values(message.data ?? {}))
    const rule = message.ruleId.replace(prefix, '')
    return narrow(text, { start, end, kind: kindOf(rule) })
  })
  return spans.filter(({ kind, start, end }) => kind !== 'url-password' || isLogin(text.slice(start, end)))
}

/** Some rules give the place of the name together with the length of the value: the value itself tells. */
function locate(text: string, from: number, to: number, data: readonly unknown[]): [number, number] {
  const value = data.find((item) => typeof item === 'string' && item.length === to - from)
  const start = typeof value === 'string' ? text.indexOf(value, from) : -1
  return start < 0 || start - from > 200 ? [from, to] : [start, start + to - from]
}

/** Whole addresses become their password, whole lines their first word. */
function narrow(text: string, span: Span): Span {
  const piece = text.slice(span.start, span.end)
  const login = /:\/\/[^\s:@/]{0,300}:(?<password>[^\s@/]{1,300})@/.exec(piece)
  if (login !== null) {
    const start = span.start + login.index + login[0].length - 1 - (login.groups?.password ?? '').length
    return { start, end: start + (login.groups?.password ?? '').length, kind: 'url-password' }
  }
  if (span.kind !== 'npm-token') return span
  const length = /^[^\s"'`;]+/.exec(piece)?.[0].length ?? 0
  return { ...span, end: span.start + length }
}

function kindOf(rule: string): string {
  const names: Record<string, string> = {
    privatekey: 'private-key',
    aws: 'aws-secret-key',
    npm: 'npm-token',
    github: 'github-token',
    gitlab: 'gitlab-token',
    basicauth: 'url-password',
    'database-connection-string': 'url-password',
  }
  return names[rule] ?? rule
}
