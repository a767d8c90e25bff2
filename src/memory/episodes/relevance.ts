/** Whether a test run is about what was changed: by its folder, its packages, and the names that it was narrowed to. */

import type { TestRun } from './test-command.ts'

/** Folder of the repository that a run was in, empty for its root; null: nobody knows. */
export type Folder = string | null

/** The changed paths that the run may be about, before its names are looked at. */
export function inReach(run: TestRun, folder: Folder, edited: readonly string[]): string[] {
  const area = folder === null ? '' : areaOf(folder)
  const reached = edited.filter(
    (path) =>
      (area === '' || path === area || path.startsWith(`${area}/`)) &&
      (run.packages.length === 0 || run.packages.some((name) => isInPackage(name, path))),
  )
  // Without a pattern Go tests the package of the folder and none below.
  if (run.runner === 'go test' && run.scope.length === 0 && !run.key.includes('...'))
    return reached.filter(
      (path) => (path.includes('/') ? path.replace(/\/[^/]*$/, '') : '') === (folder ?? ''),
    )
  return reached
}

/** Whether the run names one of the paths, or everything. */
export function namesOne({ scope }: TestRun, paths: readonly string[]): boolean {
  if (scope.length === 0) return paths.length > 0
  return scope.some((target) => paths.some((path) => isAbout(target, path)))
}

/** Whether the run left out the tests of one of the paths. */
export function leavesOut({ excluded }: TestRun, paths: readonly string[]): boolean {
  return excluded.some((target) => paths.some((path) => isAbout(target, path)))
}

/** Tests that lie beside the code are about the code beside them. */
function areaOf(folder: string): string {
  return folder.replace(/(?:^|\/)(?:tests?|specs?|__tests__|testing|unit|e2e|integration)(?:\/.*)?$/i, '')
}

function isInPackage(name: string, path: string): boolean {
  if (path === name || path.startsWith(`${name}/`)) return true
  const last = name.replace(/^@[^/]*\//, '').toLowerCase()
  return path
    .split('/')
    .slice(0, -1)
    .some((part) => part.toLowerCase() === last)
}

/** `tests/test_cart.py::test_x` is about `shop/cart.py`; so are the folder `shop` and the pattern `cart`. */
function isAbout(target: string, path: string): boolean {
  const bare = (target.split('::')[0] ?? target)
    .replace(/^\.\//, '')
    .replace(/\/?\.\.\.$/, '')
    .replace(/\\/g, '/')
  if (bare === '' || path === bare || path.endsWith(`/${bare}`) || path.startsWith(`${bare}/`)) return true
  // Modules of Python: `tests.test_cart.TestCart`.
  const parts = /^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+$/.test(bare) && !isFile(bare) ? bare.split('.') : [bare]
  return parts.some((part) => sharesName(part, path))
}

function isFile(name: string): boolean {
  return /\.(?:py|[cm]?[jt]sx?|go|rs|java|kts?|rb|php|cs|cpp|swift|exs?|feature)$/i.test(name)
}

function sharesName(target: string, path: string): boolean {
  const [own, wanted] = [wordsOf(path), wordsOf(target)]
  const name = wanted.join('')
  if (name.length < 3) return false
  if (path.split('/').some((part) => part.toLowerCase() === name)) return true
  if (own.join('').length < 3) return false
  return own.join('') === name || holds(wanted, own) || holds(own, wanted)
}

/** Whether all words of the other are among these. */
function holds(words: readonly string[], others: readonly string[]): boolean {
  return others.length > 0 && others.every((other) => words.some((word) => isSameWord(word, other)))
}

/** `carts` is `cart`, and `rapid` is not `api`. */
function isSameWord(one: string, other: string): boolean {
  if (one === other) return true
  return Math.min(one.length, other.length) >= 4 && (one.startsWith(other) || other.startsWith(one))
}

/** The words of a file's name without those that say that it is a test. */
function wordsOf(path: string): string[] {
  const name = (path.split('/').at(-1) ?? path).replace(/\.(?:test|spec)?\.?[A-Za-z]{1,5}$/, '')
  const words = name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .split(/[^A-Za-z\d]+/)
    .map((word) => word.toLowerCase())
  return words.filter((word) => word !== '' && !/^(?:tests?|specs?)$/.test(word))
}
