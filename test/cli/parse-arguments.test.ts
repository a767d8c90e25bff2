import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type OptionTable, UsageError } from '../../src/cli/command.ts'
import { commands } from '../../src/cli/commands.ts'
import { globalOptions, parseCommandLine, parseLimit } from '../../src/cli/parse-arguments.ts'

const parse = (...line: string[]) => parseCommandLine(line, commands)
const usageError = (message: RegExp) => (error: unknown) =>
  error instanceof UsageError && message.test(error.message)

test('finds the command wherever the options stand', () => {
  for (const line of [
    ['search', 'two words', '--repo', 'x'],
    ['--repo', 'x', 'search', 'two words'],
    ['--repo=x', 'search', '--', 'two words'],
  ]) {
    const { command, values, positionals } = parse(...line)
    assert.equal(command?.name, 'search')
    assert.equal(values.repo, 'x')
    assert.deepEqual(positionals, ['two words'])
  }
})

test('reads commands of two words', () => {
  assert.equal(parse('bench', 'index', '--runs', '2').command?.name, 'bench index')
})

test('a dash in a query is taken after two dashes', () => {
  assert.deepEqual(parse('search', '--', '--fix', 'it').positionals, ['--fix', 'it'])
})

test('suggests the nearest command and option', () => {
  assert.throws(() => parse('serach', 'x'), usageError(/'serach'.*'search'/))
  assert.throws(() => parse('search', 'x', '--limt', '3'), usageError(/--limt.*--limit/))
  assert.throws(() => parse('frobnicate'), usageError(/^Unknown command 'frobnicate'\.$/))
})

test('names the choices of a command that needs a second word', () => {
  assert.throws(() => parse('bench'), usageError(/localise, index, search, ann/))
  assert.throws(() => parse('bench', 'indx'), usageError(/'bench indx'/))
})

test('an option of another command is refused with the usage of this one', () => {
  assert.throws(
    () => parse('status', '--fresh'),
    (error) =>
      error instanceof UsageError && error.command?.name === 'status' && /--fresh/.test(error.message),
  )
})

test('an option without its value is refused', () => {
  assert.throws(() => parse('search', 'x', '--repo'), usageError(/--repo needs a value/))
  assert.throws(() => parse('search', 'x', '--repo', '--json'), usageError(/--repo needs a value/))
  assert.throws(() => parse('search', 'x', '--repo='), usageError(/--repo needs a value/))
  assert.throws(() => parse('search', 'x', '--json=yes'), usageError(/--json takes no value/))
})

test('a single dash is a value: standard input', () => {
  assert.equal(parse('locate', '--query-file', '-').values['query-file'], '-')
})

test('words for a command that takes none are refused', () => {
  assert.throws(() => parse('index', 'folder'), usageError(/--repo/))
})

test('help and version need no command', () => {
  assert.equal(parse('--help').command, null)
  assert.equal(parse('help').values.help, true)
  assert.equal(parse('bench', '--help').command, null)
  assert.throws(() => parse('nonsense', '--help'), usageError(/'nonsense'/))
  assert.equal(parse('help', 'search').command?.name, 'search')
  assert.throws(() => parse(), usageError(/command is missing/))
})

test('a limit is a whole number from 1', () => {
  const [search] = commands
  assert.ok(search)
  assert.equal(parseLimit('25', search), 25)
  assert.equal(parseLimit(undefined, search), undefined)
  for (const wrong of ['0', '-1', '1.5', 'ten', '1e3', '99999999']) {
    assert.throws(() => parseLimit(wrong, search), usageError(/--limit/))
  }
})

test('an option name means the same in every command, its short form included', () => {
  const meanings = (table: OptionTable) =>
    Object.entries(table).map(([name, { type, short }]) => [name, `${type} ${short ?? ''}`] as const)
  const known = new Map(meanings(globalOptions))
  for (const { options } of commands) {
    for (const [name, meaning] of meanings(options)) {
      assert.equal(known.get(name) ?? meaning, meaning, name)
      known.set(name, meaning)
    }
  }
})
