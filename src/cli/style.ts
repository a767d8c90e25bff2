/** Colours for people; nothing at all for pipes, `NO_COLOR` and dumb terminals. */

import { styleText } from 'node:util'

export interface Style {
  bold(text: string): string
  dim(text: string): string
  path(text: string): string
  good(text: string): string
  warn(text: string): string
  bad(text: string): string
}

type Format = Parameters<typeof styleText>[0]

export function openStyle(colour: boolean): Style {
  const paint = (format: Format) => (text: string) =>
    colour ? styleText(format, text, { validateStream: false }) : text
  return {
    bold: paint('bold'),
    dim: paint('dim'),
    path: paint('cyan'),
    good: paint('green'),
    warn: paint('yellow'),
    bad: paint('red'),
  }
}

/** Follows https://no-color.org: any non-empty `NO_COLOR` switches colours off. */
export function wantsColour(isTerminal: boolean, environment: NodeJS.ProcessEnv): boolean {
  if (environment.NO_COLOR) return false
  return isTerminal && environment.TERM !== 'dumb'
}
