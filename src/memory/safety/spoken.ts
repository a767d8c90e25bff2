/** Finds secrets that a sentence tells: `the password for the staging database is …`, `log in with token …`. */

import type { Span } from './span.ts'
import { isPassword, looksSecret } from './values.ts'

const passwordName = '(?:pass(?:word|wd|phrase|code)|pwd|passwort|credentials?)'
const name = String.raw`(?<![\w-])(?:(?<password>${passwordName})|(?:(?:secret|api|access|auth(?:entication|orization)?|account|private|bearer|deploy|service)[ _-]?)?(?:token|secret|keys?))`
/** Whose it is. A host has dots, so a sentence may go on behind one. */
const whose = String.raw`(?:\s{1,2}(?:for|of|to|on|in|at|there|used|that|which|we|you|i)\b[^\n;!?"'\x60]{0,80}?)?`
const tells = String.raw`(?:(?:is |was |been |be )?(?:set|changed|reset|rotated) to|is|was|are|will be|should be|must be|became|remains|reads|equals)(?:\s(?:now|still|currently|just|simply|always|again|the|called))?`
const value = String.raw`(?::|=)?\s{1,2}(?:(?<quote>["'\x60])(?<quoted>[^\s"'\x60]{4,200})\k<quote>|(?<bare>[^\s"'\x60<>()\[\]{},;|]{6,400}))`

const told = new RegExp(String.raw`${name}${whose}\s{1,2}${tells}${value}`, 'gi')
const used = new RegExp(
  String.raw`\b(?:with|using|use|enter|type|try|send|pass)\s(?:the\s|this\s|my\s|our\s|a\s)?(?:[a-z]{2,12}\s)?${name}${value}`,
  'gi',
)
/** In every text that one of them finds something in, and found much faster. */
const clue = /(?:pass(?:word|wd|phrase|code|wort)|pwd|credential|token|secret|key)s?[^\S\n]{1,2}[^\s=:]/i

/** Words about a value, not a value: `base64-encoded`, `sha256-hashed`, `16-character`. */
const described =
  /-(?:\w{2,20}(?:ed|able|ing|ly|less|like|only)|bits?|bytes?|chars?|characters?|digits?|hex|string|based)$/i

export function findSpoken(text: string): Span[] {
  if (!clue.test(text)) return []
  return [told, used].flatMap((pattern) => [...text.matchAll(pattern)].flatMap((match) => spanOf(match)))
}

function spanOf(match: RegExpExecArray): Span[] {
  const { password, quoted, bare } = match.groups ?? {}
  const said = quoted ?? (bare ?? '').replace(/[.!?:]+$/, '')
  if (described.test(said)) return []
  const place = { quoted: quoted !== undefined, spaced: false, next: '' }
  const isMadeUp = password !== undefined && isPassword(said, place)
  if (!isMadeUp && !looksSecret(said, { named: true, quoted: place.quoted })) return []
  const start = match.index + match[0].lastIndexOf(said)
  const kind = password === undefined ? 'secret' : 'password'
  return [{ start, end: start + said.length, kind }]
}
