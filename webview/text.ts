/** Texts for people: English in the code, translated where the editor's language has a translation. */

let translations: Record<string, string> = {}

export function useTranslations(json: string): void {
  translations = JSON.parse(json) as Record<string, string>
}

/** The text with `{0}`, `{1}`, ... replaced by the values. */
export function t(text: string, ...values: (string | number)[]): string {
  const known = translations[text] ?? text
  return known.replace(/\{(\d+)\}/g, (hole, index) => String(values[Number(index)] ?? hole))
}

export function count(value: number): string {
  return Math.round(value).toLocaleString(document.documentElement.lang)
}

/** For example `3 min` or `12 s`. */
export function duration(seconds: number): string {
  if (seconds < 10) return t('{0} s', Math.max(0, seconds).toFixed(1))
  if (seconds < 90) return t('{0} s', Math.round(seconds))
  return seconds < 5_400 ? t('{0} min', Math.round(seconds / 60)) : t('{0} h', (seconds / 3_600).toFixed(1))
}

/** How long ago a moment in Unix milliseconds was, for example `2 minutes ago`. */
export function ago(milliseconds: number): string {
  const seconds = Math.round((Date.now() - milliseconds) / 1_000)
  const format = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: 'auto' })
  if (seconds < 60) return t('just now')
  if (seconds < 3_600) return format.format(-Math.round(seconds / 60), 'minute')
  if (seconds < 86_400) return format.format(-Math.round(seconds / 3_600), 'hour')
  return format.format(-Math.round(seconds / 86_400), 'day')
}
