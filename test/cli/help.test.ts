import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { commandGroups, commands } from '../../src/cli/commands.ts'
import { commandHelp, overview } from '../../src/cli/help.ts'
import { globalOptions } from '../../src/cli/parse-arguments.ts'
import { cliProgram, runCli } from './run-cli.ts'

test('the overview names every command, option, setting and exit code', () => {
  const text = overview(commandGroups)
  const facts = [
    ...commands.flatMap(({ name, summary }) => [name, summary]),
    ...Object.keys(globalOptions).map((name) => `--${name}`),
    'CASEBOOK_MAX_FILE_SIZE',
    'NO_COLOR',
    '130',
  ]
  for (const fact of facts) assert.ok(text.includes(fact), fact)
})

test('the overview has the commands in groups, each once, in one table', () => {
  const lines = overview(commandGroups).split('\n')
  const titles = commandGroups.map(({ title }) => lines.indexOf(title))
  assert.deepEqual(
    titles,
    titles.toSorted((one, other) => one - other),
  )
  assert.ok(titles.every((at) => at > 0))
  assert.deepEqual(
    commandGroups.map(({ title }) => title),
    [
      'Index and search',
      'Memory',
      'Sessions of other agents',
      'Tools of chats',
      'Models',
      'Other agents',
      'Measuring',
    ],
  )
  const rows = commands.map(({ name, summary }) =>
    lines.find((line) => line.startsWith(`  ${name} `) && line.endsWith(summary)),
  )
  const places = rows.map((row, at) => row?.lastIndexOf(commands[at]?.summary ?? ''))
  assert.equal(new Set(places).size, 1)
  assert.equal(new Set(commands.map(({ name }) => name)).size, commands.length)
})

test('the help of a command names all of its options', () => {
  for (const command of commands) {
    const text = commandHelp(command)
    assert.ok(text.includes(`Usage: casebook ${command.name}`), command.name)
    for (const name of Object.keys(command.options)) assert.ok(text.includes(`--${name}`), name)
  }
})

test('help goes to stdout with exit code 0, in all its spellings', async () => {
  const results = await Promise.all([
    runCli(['search', '--help']),
    runCli(['--help', 'search']),
    runCli(['help', 'search']),
    runCli(['search', '-h']),
  ])
  for (const { code, stdout, stderr } of results) {
    assert.equal(code, 0)
    assert.match(stdout, /^Search code and history\.\n\nUsage: casebook search QUERY/)
    assert.equal(stderr, '')
  }
})

test('prints its version', async () => {
  const { version } = JSON.parse(readFileSync(join(cliProgram, '../../../package.json'), 'utf8'))
  assert.deepEqual(await runCli(['--version']), { code: 0, stdout: `${version}\n`, stderr: '' })
})
