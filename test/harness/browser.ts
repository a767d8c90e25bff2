/** A Chromium without a window, found on this machine. */

import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

const usualPlaces = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
]

/** Keeps the browser from asking the network for anything of its own. */
const quiet = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** Path of a Chromium: the environment variable CHROMIUM, a usual place, or Playwright's own. Throws if none. */
export function findChromium(): string {
  const places = [process.env.CHROMIUM ?? '', ...usualPlaces, chromium.executablePath()]
  const found = places.find((path) => path !== '' && existsSync(path))
  if (found !== undefined) return found
  throw new Error(
    'No Chromium was found. Install one (on Debian: apt-get install chromium) or name it in the variable CHROMIUM.',
  )
}

export function launchChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: findChromium(), args: quiet, handleSIGINT: false })
}
