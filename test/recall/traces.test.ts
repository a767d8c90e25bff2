import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readErrors, readFrames } from '../../src/memory/recall/traces.ts'

const cases: [string, string, { path: string; line: number | null; symbol: string }[]][] = [
  [
    'Python',
    '  File "/usr/lib/python3/dist-packages/a/b.py", line 3, in run\n    x()',
    [{ path: 'a/b.py', line: 3, symbol: 'run' }],
  ],
  [
    'IPython with Windows paths',
    'File ~\\anaconda3\\lib\\site-packages\\seaborn\\axisgrid.py:2142, in pairplot(data)',
    [{ path: 'seaborn/axisgrid.py', line: 2142, symbol: 'pairplot' }],
  ],
  [
    'JavaScript',
    '    at Parser.next (file:///srv/app/src/parser.ts:12:7)\n    at node:internal/main:1:1',
    [{ path: 'srv/app/src/parser.ts', line: 12, symbol: 'next' }],
  ],
  [
    'Java',
    '\tat com.google.gson.Gson.fromJson(Gson.java:810)',
    [{ path: 'com/google/gson/Gson.java', line: 810, symbol: 'fromJson' }],
  ],
  [
    'C#',
    '   at Newtonsoft.Json.JsonReader.Read(Int32 depth) in C:\\build\\Src\\JsonReader.cs:line 41',
    [{ path: 'build/Src/JsonReader.cs', line: 41, symbol: 'Read' }],
  ],
  ['Ruby', "lib/sinatra/base.rb:12:in `call!'", [{ path: 'lib/sinatra/base.rb', line: 12, symbol: '' }]],
  ['Go', '\t/go/src/gin/context.go:99 +0x1d', [{ path: 'go/src/gin/context.go', line: 99, symbol: '' }]],
  [
    'Rust',
    "thread 'main' panicked at 'oops', crates/core/main.rs:44:9",
    [{ path: 'crates/core/main.rs', line: 44, symbol: '' }],
  ],
  [
    'PHP',
    '#1 /var/www/src/Illuminate/Router.php(661): Illuminate\\Router->match()',
    [{ path: 'var/www/src/Illuminate/Router.php', line: 661, symbol: 'match' }],
  ],
  [
    'C',
    '#3  0x0000 in jv_parse (s=0x0) at src/jv_parse.c:22',
    [{ path: 'src/jv_parse.c', line: 22, symbol: 'jv_parse' }],
  ],
]

for (const [language, text, expected] of cases) {
  test(`reads the frames of ${language}`, () => {
    assert.deepEqual(
      readFrames(text).map(({ path, line, symbol }) => ({ path, line, symbol })),
      expected,
    )
  })
}

test('reads types and messages of errors, each once', () => {
  const text = 'ValueError: bad\nValueError: bad\nerror: cannot find crate\na.b.MyException: boom'
  assert.deepEqual(readErrors(text), [
    { type: 'ValueError', message: 'bad' },
    { type: 'error', message: 'cannot find crate' },
    { type: 'MyException', message: 'boom' },
  ])
})

test('is not slowed down by hostile lines', () => {
  const started = performance.now()
  readFrames(`${'a.'.repeat(900)}\n${'/x'.repeat(900)}\n${'('.repeat(1_900)}\n`.repeat(20))
  readErrors(`${'Aa.'.repeat(600)}\n`.repeat(50))
  assert.ok(performance.now() - started < 2_000)
})
