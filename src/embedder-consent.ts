/** Code leaves this machine only for a server that the person named twice: as endpoint, and as agreed to. */

import { isThisMachine, type Settings } from './config.ts'

/** The variable that names the host to which code may be sent. */
export const consentVariable = 'CASEBOOK_SEND_CODE_TO'

export interface Agreed {
  /** With the built-in embedder in place of an endpoint that was not agreed to. */
  settings: Settings
  /** What the person should know, where something was changed. */
  note: string | null
}

export function agreedSettings(settings: Settings, environment: NodeJS.ProcessEnv): Agreed {
  const { embedder } = settings
  if (embedder.kind === 'local') return { settings, note: null }
  const url = URL.canParse(embedder.baseUrl) ? new URL(embedder.baseUrl) : null
  // An address that cannot be read is refused with a remedy where it is used.
  if (url === null || isThisMachine(url.hostname)) return { settings, note: null }
  if (environment[consentVariable] === url.host) return { settings, note: null }
  return {
    settings: { ...settings, embedder: { ...embedder, kind: 'local' } },
    note:
      `Nothing is sent to ${url.host}: the built-in embedder is used. If the code of this repository ` +
      `may be sent there, say so with ${consentVariable}=${url.host}.`,
  }
}
