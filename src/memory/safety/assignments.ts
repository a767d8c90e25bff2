/** Finds secrets by the place they stand in: after a name that promises one, in addresses, headers and commands. */

import type { Span } from './span.ts'
import { findSpoken } from './spoken.ts'
import { isLogin, isPassword, looksSecret, type Place } from './values.ts'

const secretName =
  '(?:pass(?:word|wd|phrase|code)|secret|token|api[_-]?key|access[_-]?key|auth(?!or(?!iz))(?:orization)?|(?:account|private|encryption|signing|master|app|license|service|secret|webhook)[_-]?key|credentials?|jwt|bearer|sess(?:ion)?[_-]?id|session|connect\\.sid|x-(?:amz|goog)-signature|(?<![A-Za-z])(?:pass|pwd|sid|otp)(?![A-Za-z]))'
const quote = String.raw`\\{0,3}["'\x60]`
/** `=`, `:`, `=>`, `:=`, `==`, with a declared type or without; `%3D` in addresses. */
const sign = String.raw`(?:${quote})?\]?(?:\s{0,4}:\s{0,2}[A-Za-z_][\w.|<>\[\]]{0,30}\s{0,3}=|\s{0,12}(?:=>|:=|={1,3}|!==?|:)|%3D|\s{0,3},(?=\s{0,3}["']))\s{0,4}`
/** Beside a mark, the rest may still be a secret. */
const masks = String.raw`(?:\[masked: [a-z0-9-]{1,40}\]){0,3}`
const quotedValue = String.raw`(?:[rbuf]{0,2}|\$)(?<quote>${quote})(?<quoted>(?:(?!\k<quote>)[^\n\r]){1,4000}?)\k<quote>`
const bareValue = String.raw`${masks}(?:(?:bearer|token|basic|digest|apikey)\s{1,3})?(?<bare>[^\s"'\x60<>()\[\]{},;&|]{6,4000})`

const named = new RegExp(`${secretName}(?<suffix>[\\w.-]{0,40})${sign}(?:${quotedValue}|${bareValue})`, 'gi')
const option = new RegExp(
  `(?<=\\s)--[\\w-]{0,30}${secretName}[\\w-]{0,20}(?:=|\\s{1,3})(?:${quotedValue}|${bareValue})`,
  'gi',
)
const passwordName = '(?:pass(?:word|wd|phrase|code)|(?<![A-Za-z])(?:pass|pwd)(?![A-Za-z]))'
const password = new RegExp(
  `${passwordName}(?<suffix>[\\w.-]{0,40})(?<sign>${sign})(?:${quotedValue}|${bareValue})`,
  'gi',
)
const passwordOption = new RegExp(
  `(?<=\\s)--[\\w-]{0,30}${passwordName}(?:=|\\s{1,3})(?:${quotedValue}|${bareValue})`,
  'gi',
)
/** Clients that take the password right behind a letter. */
const shortOption =
  /(?<=\b(?:mysql\w{0,12}|mariadb[\w-]{0,12}|sshpass|redis-cli)\b[^\n]{0,200})\s-(?:p(?:(?<=sshpass[^\n]{0,20})\s{0,3})?|a\s{1,3}(?<=redis-cli[^\n]{0,200}))["']?(?<bare>[^\s"'\x60]{5,100})/g
/** A dotenv line: everything up to the end is the value, whatever signs it has. */
const environmentLine =
  /(?<=^[+\- ]{0,4}(?:export |set |ENV )?)[A-Z0-9_]{0,40}(?:PASS(?:WORD|WD)?|PWD|SECRET|TOKEN|KEY)[A-Z0-9_]{0,30}=(?<bare>[^\s"'\x60$]\S{5,4000})/gm
/** In every text that holds such a line, and found twenty times as fast. */
const environmentClue = /(?:PASS|PWD|SECRET|TOKEN|KEY)[A-Z0-9_]{0,34}=/
const login = /:\/\/[^\s:@/"'\x60<>]{0,200}:(?<bare>[^\s@/"'\x60<>]{1,300})@(?=[\w.[%-])/g
const bearer = /\b(?:bearer|token)(?:\s|%20|\+){1,3}(?<bare>[\w.~+/=-]{16,4000})/gi
const curlUser =
  /(?<=\b(?:curl|wget|http)\b[^\n]{0,300})\s(?:-u|--user)[ =]?["']?[^\s:"']{1,100}:(?<bare>[^\s"']{3,200})/g
const identified = /\bidentified\s{1,4}by\s{1,4}(?:password\s{1,4})?["'](?<quoted>[^"'\n]{4,200})["']/gi
/** A literal that nothing names, between quotes or alone after the sign. */
const unnamed =
  /(?<=[\w"'\]][ \t]{0,3}(?:=>|:=|[=:])[ \t]{0,3})(?:(?<mark>["'\x60])(?<quoted>[\w+/=.~-]{24,128})\k<mark>|(?<bare>[\w+/=.~-]{24,128})(?=\s|$))/gm

/** After a name like these no secret follows. */
const harmlessSuffix =
  /(?:_|-|\b)?(?:type|name|url|uri|file|path|dir|length|len|size|count|field|label|prefix|suffix|pattern|regexp?|expires?(?:_?(?:in|at))?|ttl|endpoint|class|hash(?:er|ers)?|hint|policy|policies|scope|algorithm|method|header|reset|strength|index|pos(?:ition)?|kind|error|message|title|text|description|s)$/i
/** What is named like these is published. */
const harmlessName =
  /(?:\bh1|public|csrf|xsrf|integrity|checksum|sha\d*|hash|digest|etag|nonce|fingerprint|cert|revision|commit|ref|resolved|version|mappings|sourcemap|url|href|src|path|file|name|class|image|img|logo|svg|icon|font|cid|tag|blob|tree|oid)[\w-]{0,20}["'\]]{0,2}\s{0,3}(?:=>|:=|[=:])\s{0,3}$/i

export function findAssigned(text: string): Span[] {
  return [
    ...collect(text, named, 'secret', (match, value, place) => {
      if (harmlessSuffix.test(match.groups?.suffix ?? '')) return false
      return looksSecret(value, place)
    }),
    ...collect(text, password, 'password', (match, value, place) => {
      const { suffix = '', sign: between = '' } = match.groups ?? {}
      const next = text[match.index + match[0].length] ?? ''
      // In a list of names, the next name is no value.
      if (harmlessSuffix.test(suffix) || (between.includes(',') && suffix !== '')) return false
      return isPassword(value, { ...place, spaced: /\s/.test(between), next })
    }),
    ...collect(text, passwordOption, 'password', (match, value, place) => {
      const next = text[match.index + match[0].length] ?? ''
      return isPassword(value, { ...place, spaced: false, next })
    }),
    ...collect(text, shortOption, 'password', (_, value) => isLogin(value)),
    ...collect(text, option, 'secret', (_, value, place) => looksSecret(value, place)),
    ...environmentSecrets(text),
    ...collect(text, login, 'url-password', (_, value) => isLogin(value)),
    ...collect(text, bearer, 'bearer', (_, value, place) => looksSecret(value, place)),
    ...collect(text, curlUser, 'password', (_, value) => isLogin(value)),
    ...collect(text, identified, 'password', (_, value) => isLogin(value)),
    ...collect(text, unnamed, 'high-entropy', (match, value, place) => {
      const before = text.slice(Math.max(0, match.index - 60), match.index)
      return !harmlessName.test(before) && looksSecret(value, { ...place, named: false })
    }),
    ...findCookies(text),
    ...findSpoken(text),
  ]
}

function environmentSecrets(text: string): Span[] {
  if (!environmentClue.test(text)) return []
  return collect(text, environmentLine, 'secret', (_, value) =>
    looksSecret(value, { named: true, quoted: true }),
  )
}

type Judge = (match: RegExpExecArray, value: string, place: Place) => boolean

function collect(text: string, pattern: RegExp, kind: string, accept: Judge): Span[] {
  const spans: Span[] = []
  for (const match of text.matchAll(pattern)) {
    const quoted = match.groups?.quoted
    const value = quoted ?? match.groups?.bare ?? ''
    if (!accept(match, value, { named: true, quoted: quoted !== undefined })) continue
    const start = match.index + match[0].lastIndexOf(value)
    spans.push({ start, end: start + value.length, kind })
  }
  return spans
}

const cookieLine = /\b(?:set-)?cookie\\?["'`]?\s{0,3}[:=,]\s{0,3}\\?["'`]?(?<line>[^\n\r]{8,4000})/gi
const cookie = /(?<=^|[;\s])[\w.%-]{1,80}=(?<value>[^;\s"'`\\,()]{8,4000})/g

function findCookies(text: string): Span[] {
  return [...text.matchAll(cookieLine)].flatMap((header) => {
    const line = header.groups?.line ?? ''
    const offset = header.index + header[0].length - line.length
    return [...line.matchAll(cookie)].flatMap((match): Span[] => {
      const value = match.groups?.value ?? ''
      if (!looksSecret(value, { named: true, quoted: true })) return []
      const start = offset + match.index + match[0].length - value.length
      return [{ start, end: start + value.length, kind: 'cookie' }]
    })
  })
}

const wholeName = new RegExp(`${secretName}(?<suffix>[\\w.-]{0,40})$`, 'i')

/** Whether a field of this name with this value holds a secret. */
export function isSecretNamed(name: string, value: string): boolean {
  const match = wholeName.exec(name)
  if (match === null || harmlessSuffix.test(match.groups?.suffix ?? '')) return false
  const isMadeUp = new RegExp(passwordName, 'i').test(name)
  if (isMadeUp && isPassword(value, { quoted: true, spaced: false, next: '' })) return true
  return looksSecret(value, { named: true, quoted: true })
}
