/** Installs a complete VS Code from the npm package `code-server` into the cache folder, once. */

import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cacheFolder, pathWithThisNode, projectFolder } from './project.ts'

/** VS Code 1.139.1. */
const version = '4.139.1'

const serverPath = 'node_modules/code-server/lib/vscode'

/** The native parts that the server needs; the others (such as kerberos) want system libraries. */
const nativeParts = ['node-pty', '@vscode/spdlog', '@vscode/native-watchdog', '@parcel/watcher']

/** About 600 MB and one minute the first time, nothing afterwards. Returns the folder of the VS Code server. */
export function installEditor(): string {
  const folder = join(cacheFolder, `code-server-${version}`)
  if (!existsSync(folder)) {
    console.error('casebook: installing VS Code (once, about 600 MB)')
    // Complete or not there at all: another run may install at the same time, or this one may be stopped.
    const unfinished = `${folder}.${process.pid}`
    installInto(unfinished)
    if (existsSync(folder)) rmSync(unfinished, { recursive: true })
    else renameSync(unfinished, folder)
  }
  return join(folder, serverPath)
}

function installInto(folder: string): void {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n')
  npm(folder, 'install', `code-server@${version}`, '--ignore-scripts')
  const server = join(folder, serverPath)
  npm(server, 'install', '--ignore-scripts', '--omit=dev')
  npm(join(server, 'extensions'), 'install', '--ignore-scripts', '--omit=dev')
  npm(server, 'rebuild', ...nativeParts)
}

function npm(folder: string, ...args: string[]): void {
  const { status } = spawnSync('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: folder,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
    env: { ...process.env, ...headersOfThisNode(), PATH: pathWithThisNode() },
  })
  if (status === 0) return
  throw new Error(
    `VS Code could not be installed: "npm ${args.join(' ')}" failed in ${folder}. ` +
      'It needs the npm registry, python3, make and a C++ compiler.',
  )
}

/** The npm package of Node 24 has the headers that node-gyp would download otherwise. */
function headersOfThisNode(): Record<string, string> {
  const parts = join(projectFolder, 'node_modules/node/node_modules')
  const names = existsSync(parts) ? readdirSync(parts) : []
  const found = names.find((name) => existsSync(join(parts, name, 'include/node/node_api.h')))
  return found === undefined ? {} : { npm_config_nodedir: join(parts, found) }
}
