/** Where VS Code and its forks keep what belongs to a person, and how they write paths. */

import { join } from 'node:path'
import { fields, text } from './fields.ts'
import type { Machine } from './session.ts'
import { pathText } from './tame.ts'

/** Names of the folders of desktop editors that keep VS Code's layout. */
const products = [
  'Code',
  'Code - Insiders',
  'Code - OSS',
  'VSCodium',
  'VSCodium - Insiders',
  'Cursor',
  'Windsurf',
  'Windsurf - Next',
  'Trae',
  'Kiro',
  'Antigravity',
  'Positron',
]
/** Folders of the servers that run extensions on a remote host, below the home there. */
const servers = [
  '.vscode-server',
  '.vscode-server-insiders',
  '.vscode-remote',
  '.vscodium-server',
  '.cursor-server',
  '.windsurf-server',
]

/** The `User` folders that this machine may have. */
export function userFolders({ platform, home, env }: Machine): string[] {
  const base =
    platform === 'darwin'
      ? join(home, 'Library', 'Application Support')
      : platform === 'win32'
        ? (env.APPDATA ?? join(home, 'AppData', 'Roaming'))
        : (env.XDG_CONFIG_HOME ?? join(home, '.config'))
  const portable = env.VSCODE_PORTABLE ? [join(env.VSCODE_PORTABLE, 'user-data', 'User')] : []
  return [
    ...portable,
    ...products.map((product) => join(base, product, 'User')),
    ...servers.map((server) => join(home, server, 'data', 'User')),
    join(env.XDG_DATA_HOME ?? join(home, '.local', 'share'), 'code-server', 'User'),
  ]
}

/** Schemes whose paths are those of files. */
const fileSchemes = new Set(['file', 'vscode-remote', 'vscode-notebook-cell'])

/**
 * The path of a URI, written as text or as VS Code's components, or of a plain path; undefined for anything else.
 * Windows paths get forward slashes: `c:/work`.
 */
export function uriPath(value: unknown): string | undefined {
  if (typeof value === 'string') return pathText(textPath(value))
  const { scheme, path, external, fsPath, authority } = fields(value)
  if (typeof scheme === 'string' && !fileSchemes.has(scheme)) return undefined
  const own = text(path) || textPath(text(external)) || text(fsPath)
  return pathText(
    withoutSlash(scheme === 'file' && text(authority) !== '' ? `//${text(authority)}${own}` : own),
  )
}

function textPath(value: string): string {
  const [, scheme, authority = '', path = ''] = /^([a-z][\w+.-]+):\/\/([^/?#]*)([^?#]*)/i.exec(value) ?? []
  if (scheme === undefined) return value
  if (!fileSchemes.has(scheme.toLowerCase())) return ''
  const plain = decoded(path)
  return withoutSlash(scheme === 'file' && authority !== '' ? `//${authority}${plain}` : plain)
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    // A lone percent sign: somebody wrote the path as it is.
    return path
  }
}

function withoutSlash(path: string): string {
  return /^\/[a-z]:/i.test(path) ? path.slice(1) : path
}
