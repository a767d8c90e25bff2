/** Judges whether a value in the place of a secret is one: not a word, not code, not an example. Pure. */

import { surprise } from './surprise.ts'

/** Somebody else fills it in, or it hides already. */
const stand =
  /^[$<@?]|^#(?:\{|[0-9a-f]{3,8}$)|^--|^%(?![0-9a-f]{2})|^\*+$|\$\{|\{\{|\{[A-Za-z_.]{0,40}\}|%\(|%[sdv]\b|%\{|<[^<>]{1,60}>|\.\.\.|…|\*{3}|[xX]{5}|_{3}|(?:-|_|^)x{3}(?:-|_|$)|example|changeme|placeholder|redacted/i
/** Rows that people type; in long values they come up by chance. */
const typed = /0{6}|12345|abcde|qwert|(.)\1{4}/i
const longEnough = 24
const longHex = /^(?=.*\d)(?=.*[a-f])[0-9a-f]{24,}$/i
/** Words that tests and documents use where a secret would be; what is left of a value without them counts. */
const fillers =
  /pass(?:word|wd|phrase|code)?|pwd|secrets?|tokens?|bearer|keys?|api|auth|test(?:ing|er)?|dummy|fake|mock|sample|foo|bar|baz|qux|user(?:name)?|admin|login|my|your|the|some|invalid|valid|wrong|correct|new|old|bad|good|hunter|value|string|hello|world|client|server|access|session|cookie|refresh|default|public|private|local|dev|prod|staging|root|guest|abc|def|xyz|qwerty|letmein|spam|eggs|alice|bob/gi
/** Letters of other scripts and ends of lines, as strings of code spell them. */
const escapes = /\\(?:u\{?[0-9a-f]{1,6}\}?|x[0-9a-f]{2}|[nrt])/gi
/** Code that fetches the value, addresses, paths, times. */
const code =
  /^(?:[A-Za-z_$][\w$]*(?:\.|::|->|\?\.)){1,8}[A-Za-z_$][\w$]*$|:\/\/|^\.{0,2}\/[\w./-]*$|^[\w-]+\.(?:js|ts|py|rb|go|md|json|ya?ml|html?|css|txt|php|java|rs|c|h|cc|cpp)$|^\d{4}-\d\d-\d\d/
/** Git and SHA digests with their name before them, and public keys. */
const published =
  /^(?:sha\d{1,3}|h1|md5|blake\w{1,3}|npm)[-:]|^AAAA[BEC]3Nza|^(?:ssh|ecdsa)-|^MI[IG][A-Za-z]|^pk_|^data:/
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

export interface Place {
  /** The name says that a secret follows. */
  named: boolean
  /** Between quotes, so the whole value is known. */
  quoted: boolean
}

/** Bits of surprise (mean and total) from which a value is no word any more; measured on diffs of public code. */
const limits = {
  quoted: { mean: 4.35, total: 34 },
  bare: { mean: 4.8, total: 44 },
  unnamed: { mean: 5.2, total: 150 },
}

const marks = /\[masked: [a-z0-9-]{1,40}\]/g

export function looksSecret(whole: string, place: Place): boolean {
  const value = whole.includes('[masked: ') ? whole.replace(marks, '') : whole
  if (value.length < 6 || value.length > 4_000) return false
  if (/^basic\s/i.test(value)) return false
  if (stand.test(value) || code.test(value) || published.test(value)) return false
  if (value.length < longEnough && typed.test(value)) return false
  if (place.named && (uuid.test(value) || longHex.test(value))) return varied(value)
  if (/^[A-Za-z_ .-]+$/.test(value) && value.length < (place.quoted ? 12 : 16)) return false
  const limit = place.named ? (place.quoted ? limits.quoted : limits.bare) : limits.unnamed
  const rest = value
    .replace(escapes, '')
    .replace(fillers, '')
    .replace(/^[\s_.:/-]+|[\s_.:/-]+$/g, '')
  const { mean, total } = surprise(rest)
  if (mean < limit.mean || total < limit.total) return false
  return place.named ? varied(rest) : dense(rest)
}

/** The password of an address needs no high entropy: it stands where only a password stands. */
export function isLogin(value: string): boolean {
  if (/^[$%<{*[]|\$\{|\{\{|%[sd]|\.\.\.|masked|example/i.test(value)) return false
  const rest = value.replace(/%[0-9a-f]{2}/gi, '')
  if (rest.length < 5 || /^\d{1,5}$/.test(rest) || /^(.)\1+$/.test(rest)) return false
  const known =
    /^(?:(?:my|your|the|some|test|user|db|proxy|admin|root|redis|mysql|postgres|rabbit|mongo)?[_-]?(?:pass(?:word|wd)?|pwd|secret|user(?:name)?|guest|admin|root|token|foobar|foo|bar|test|postgres|mysql|redis|changeme|qwerty|letmein|x-oauth-basic|x-access-token|kennwort|port|host)\d{0,4})$/i
  return !known.test(rest)
}

/** Names of algorithms, encodings and protocols end in numbers, too. */
const numbered =
  /^\w{0,30}(?:sha|md|hash|lib|utf|base|oauth|pbkdf|b?crypt|argon|aes|rsa|ipv|http|auth|v|x|py(?:thon)?|win|int|uint|float|i|u|f)_?\d{1,4}\w{0,12}$/i

/** Where only a password stands, one that a person made up is enough: letters and digits, and no name of a variable. */
export function isPassword(
  value: string,
  place: { quoted: boolean; spaced: boolean; next: string },
): boolean {
  if (value.length < 6 || value.length > 100 || /\s/.test(value) || !isLogin(value)) return false
  if (!/[A-Za-z]/.test(value) || !/\d/.test(value)) return false
  if (stand.test(value) || code.test(value) || published.test(value) || typed.test(value)) return false
  if (/[\\()[\]{}<>|;=]/.test(value) || numbered.test(value)) return false
  const rest = value.replace(fillers, '')
  const digits = value.match(/\d/g)?.length ?? 0
  if (rest.replace(/[\d\W_]/g, '') === '' && digits < 3) return false
  if (place.quoted) return true
  const isName = /^[A-Za-z_$][\w$.-]*$/.test(value)
  if (!isName) return true
  if (place.next === '(' || place.next === '[' || place.next === '.') return false
  if (place.spaced && (place.next === ',' || place.next === ')' || place.next === ';')) return false
  return digits >= 2
}

/** No ruler, no row of one sign, no arithmetic. */
function varied(value: string): boolean {
  return new Set(value).size >= Math.min(6, value.length - 1) && /[A-Za-z]/.test(value)
}

/** What nothing names must have the look of a key through and through: three classes of signs, well mixed. */
function dense(value: string): boolean {
  if (value.length < 24 || value.length > 128 || !/^[\w+/=.~-]+$/.test(value)) return false
  const count = (pattern: RegExp) => value.match(pattern)?.length ?? 0
  if (count(/[a-z]/g) < 4 || count(/[A-Z]/g) < 4 || count(/\d/g) < 3) return false
  return entropy(value) >= 4
}

/** Shannon's, in bits a sign. */
function entropy(value: string): number {
  const counts = new Map<string, number>()
  for (const sign of value) counts.set(sign, (counts.get(sign) ?? 0) + 1)
  let sum = 0
  for (const count of counts.values()) sum -= (count / value.length) * Math.log2(count / value.length)
  return sum
}
