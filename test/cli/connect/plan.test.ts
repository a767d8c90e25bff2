/** Configurations of other agents: the golden entry of each, and every other byte as it was. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parse } from 'smol-toml'
import { type AgentName, agentNames, type Connection, connectionOf } from '../../../src/cli/connect/agents.ts'
import { setJson } from '../../../src/cli/connect/json-edit.ts'
import { readJson } from '../../../src/cli/connect/json-tree.ts'
import { diffLines, planChange, snippet } from '../../../src/cli/connect/plan.ts'
import { UserError } from '../../../src/memory/ports.ts'

const launch = { command: '/opt/node', args: ['/opt/casebook/mcp.cjs'], env: {} }
const around = { repo: '/work/shop', home: '/home/ada', environment: {} }
const of = (name: AgentName) => connectionOf(name, launch, around)

function changed(connection: Connection, before: string): string {
  const plan = planChange(connection, before)
  assert.ok(plan.kind === 'change')
  return plan.after
}

const golden: Record<AgentName, [file: string, text: string]> = {
  'claude-code': [
    '/work/shop/.mcp.json',
    `{
  "mcpServers": {
    "casebook": {
      "type": "stdio",
      "command": "/opt/node",
      "args": [
        "/opt/casebook/mcp.cjs",
        "--repo",
        "/work/shop"
      ]
    }
  }
}`,
  ],
  codex: [
    '/work/shop/.codex/config.toml',
    `[mcp_servers.casebook]
command = "/opt/node"
args = ["/opt/casebook/mcp.cjs", "--repo", "/work/shop"]`,
  ],
  cursor: [
    '/work/shop/.cursor/mcp.json',
    `{
  "mcpServers": {
    "casebook": {
      "command": "/opt/node",
      "args": [
        "/opt/casebook/mcp.cjs",
        "--repo",
        "/work/shop"
      ]
    }
  }
}`,
  ],
  'gemini-cli': [
    '/work/shop/.gemini/settings.json',
    `{
  "mcpServers": {
    "casebook": {
      "command": "/opt/node",
      "args": [
        "/opt/casebook/mcp.cjs",
        "--repo",
        "/work/shop"
      ]
    }
  }
}`,
  ],
  cline: [
    '/home/ada/.cline/data/settings/cline_mcp_settings.json',
    `{
  "mcpServers": {
    "casebook-shop": {
      "command": "/opt/node",
      "args": [
        "/opt/casebook/mcp.cjs",
        "--repo",
        "/work/shop"
      ],
      "disabled": false
    }
  }
}`,
  ],
  'copilot-cli': [
    '/home/ada/.copilot/mcp-config.json',
    `{
  "mcpServers": {
    "casebook": {
      "type": "local",
      "command": "/opt/node",
      "args": [
        "/opt/casebook/mcp.cjs"
      ],
      "tools": [
        "*"
      ]
    }
  }
}`,
  ],
}

for (const name of agentNames) {
  test(`${name}: the file, the entry, and nothing to do the second time`, () => {
    const connection = of(name)
    const [file, text] = golden[name]
    assert.equal(connection.file, file)
    assert.equal(snippet(connection), text)
    const written = changed(connection, '')
    assert.equal(written, `${text}\n`)
    assert.deepEqual(planChange(connection, written), { kind: 'same' })
  })
}

test('variables move the files that they move for the agents, and settings travel along', () => {
  const environment = { COPILOT_HOME: '/x/copilot', CLINE_MCP_SETTINGS_PATH: '/x/cline.json' }
  const env = { CASEBOOK_STORE_LOCATION: 'user' }
  const there = (name: AgentName) => connectionOf(name, { ...launch, env }, { ...around, environment })
  assert.equal(there('copilot-cli').file, '/x/copilot/mcp-config.json')
  assert.equal(there('cline').file, '/x/cline.json')
  assert.deepEqual(there('cursor').entry.env, env)
  assert.match(snippet(there('codex')), /env = \{ CASEBOOK_STORE_LOCATION = "user" \}/)
})

test('other servers, comments, tabs and line ends stay as they are', () => {
  const before = [
    '// mine',
    '{',
    '\t"theme": "dark", // do not touch',
    '\t"mcpServers": {',
    '\t\t"other": { "command": "x", "args": [] }, /* last */',
    '\t},',
    '}',
    '',
  ].join('\r\n')
  const after = changed(of('gemini-cli'), before)
  const [start, end] = [before.indexOf('\r\n\t},'), '\r\n\t},\r\n}\r\n']
  assert.ok(after.startsWith(before.slice(0, start)))
  assert.ok(after.endsWith(end))
  assert.match(after, /\r\n\t\t"casebook": \{\r\n\t\t\t"command": "\/opt\/node",\r\n/)
  assert.equal(after.replaceAll('\r\n', '').includes('\n'), false)
})

test('a comment behind the last server stays there', () => {
  const before = '{\n  "mcpServers": {\n    "other": {} // the only one\n  }\n}\n'
  const after = changed(of('cursor'), before)
  assert.ok(after.startsWith('{\n  "mcpServers": {\n    "other": {}, // the only one\n    "casebook": {\n'))
})

test('an entry of before is brought up to date, with what the person added to it', () => {
  const old = {
    command: '/old/node',
    args: ['/old/mcp.cjs'],
    autoApprove: ['casebook_recall'],
    disabled: true,
  }
  const before = `${JSON.stringify({ mcpServers: { 'casebook-shop': old, z: {} }, a: 1 }, null, 4)}\n`
  const after = JSON.parse(changed(of('cline'), before))
  assert.deepEqual(after.mcpServers['casebook-shop'], {
    ...old,
    command: '/opt/node',
    args: ['/opt/casebook/mcp.cjs', '--repo', '/work/shop'],
    disabled: false,
  })
  assert.deepEqual([after.mcpServers.z, after.a], [{}, 1])
  assert.match(diffLines(before, changed(of('cline'), before)).join('\n'), /^- .*old\/node/m)
})

test('TOML keeps comments, other tables and keys, and arrays over several lines are replaced whole', () => {
  const before = `# mine
model = "o9"

[mcp_servers.casebook] # ours
startup_timeout_sec = 20
args = [
  "/old/mcp.cjs", # a bracket ] in a comment
  "[x]",
]
command = "/old/node"

[mcp_servers.casebook.tools]
x = true

[mcp_servers."other.one"]
command = "y"
`
  const after = changed(of('codex'), before)
  assert.ok(after.startsWith('# mine\nmodel = "o9"\n\n[mcp_servers.casebook] # ours\n'))
  assert.ok(
    after.endsWith('\n[mcp_servers.casebook.tools]\nx = true\n\n[mcp_servers."other.one"]\ncommand = "y"\n'),
  )
  assert.match(after, /^startup_timeout_sec = 20$/m)
  assert.doesNotMatch(after, /old/)
  const appended = changed(of('codex'), 'model = "o9" # best\n')
  assert.equal(appended, `model = "o9" # best\n\n${golden.codex[1]}\n`)
})

test('what cannot be read or changed safely is left alone, and the entry is printed', () => {
  const cases: [AgentName, string, RegExp][] = [
    ['cursor', '{ "mcpServers": { ', /no JSON that can be read/],
    ['cursor', '{\n "a": 1\n "b": 2\n}', /line 3: '}' is missing|line 3: ',' is missing/],
    ['cursor', '[]', /the whole is not an object/],
    ['cursor', '{"mcpServers": []}', /mcpServers is not an object/],
    ['codex', 'model = ', /is left alone/],
    ['codex', 'mcp_servers = { other = { command = "x" } }\n', /is left alone/],
    ['codex', '[mcp_servers]\ncasebook = { command = "old" }\n', /is left alone/],
  ]
  for (const [name, text, expected] of cases) {
    assert.throws(
      () => planChange(of(name), text),
      (error: unknown) => {
        assert.ok(error instanceof UserError, String(error))
        assert.match(error.message, expected)
        assert.ok(error.remedy.includes('/opt/casebook/mcp.cjs'))
        return true
      },
    )
  }
})

test('any JSON keeps its meaning and gains the entry', () => {
  const value = fc.dictionary(fc.string(), fc.jsonValue())
  const shapes = fc.constantFrom(undefined, 2, 4, '\t')
  const law = fc.property(
    value,
    fc.dictionary(fc.string(), fc.jsonValue()),
    shapes,
    (rest, servers, shape) => {
      const before = { ...rest, mcpServers: servers }
      const text = JSON.stringify(before, null, shape)
      const after = setJson(text, ['mcpServers', 'casebook'], { command: 'x' })
      const expected = { ...JSON.parse(text), mcpServers: { ...servers, casebook: { command: 'x' } } }
      assert.deepEqual(JSON.parse(after), JSON.parse(JSON.stringify(expected)))
      assert.deepEqual(readJson(after).value, JSON.parse(after))
    },
  )
  fc.assert(law, { numRuns: 300 })
})

test('TOML that is appended to keeps its meaning', () => {
  const names = fc.stringMatching(/^[a-z]{1,6}$/)
  const law = fc.property(
    fc.dictionary(names, fc.oneof(fc.string(), fc.integer(), fc.boolean())),
    (table) => {
      const text = Object.entries(table)
        .map(([key, value]) => `${key} = ${JSON.stringify(value)}\n`)
        .join('')
      const before = parse(text)
      const { mcp_servers: _, ...rest } = parse(changed(of('codex'), text))
      assert.deepEqual(JSON.stringify(rest), JSON.stringify(before))
    },
  )
  fc.assert(law, { numRuns: 200 })
})
