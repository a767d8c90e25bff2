/** Error signatures of each language, and their sameness from run to run. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { errorSignatures, mostSignatures, normaliseMessage } from '../src/memory/signatures.ts'

/** Output, and the signatures that it must give, most specific first. */
const fixtures: Record<string, [string, string[]]> = {
  python: [
    `Traceback (most recent call last):
  File "/home/a/django/db/schema.py", line 378, in _delete_composed_index
    raise ValueError("Found wrong number (%s) of constraints for %s(%s)")
ValueError: Found wrong number (2) of constraints for app_model(a, b)`,
    ['ValueError: Found wrong number (#) of constraints for app_model(a, b)'],
  ],
  'python, dotted type': [
    `django.db.utils.OperationalError: no such table: shop_order`,
    ['OperationalError: no such table: shop_order'],
  ],
  'python, chained': [
    `KeyError: 'name'

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "a.py", line 3, in load
LookupFailure: no field name in 17 rows`,
    ['LookupFailure: no field name in # rows', "KeyError: 'name'"],
  ],
  'python, bare assertion': [
    `Traceback (most recent call last):
  File "a.py", line 3, in check_total
    assert total == 3
AssertionError`,
    ['AssertionError in check_total'],
  ],
  'python, a warning beside a failure': [
    `/x/a.py:3: DeprecationWarning: use new_thing
RuntimeError: loop is closed`,
    ['RuntimeError: loop is closed'],
  ],
  javascript: [
    `/srv/app/src/load.js:12
TypeError: Cannot read properties of undefined (reading 'port')
    at load (/srv/app/src/load.js:12:9)`,
    ["TypeError: Cannot read properties of undefined (reading 'port')"],
  ],
  'javascript, a file that is missing': [
    `Error: ENOENT: no such file or directory, open '/tmp/run-81723/config.json'`,
    ["Error: ENOENT: no such file or directory, open '<temporary>'"],
  ],
  'node assertion': [
    `AssertionError [ERR_ASSERTION]: Expected values to be strictly equal:\n\n1 !== 2`,
    ['AssertionError: Expected values to be strictly equal'],
  ],
  typescript: [
    `src/a.ts(12,5): error TS2304: Cannot find name 'colour'.
src/b.ts:9:1 - error TS2322: Type 'string' is not assignable to type 'number'.`,
    ["TS2322: Type 'string' is not assignable to type 'number'", "TS2304: Cannot find name 'colour'"],
  ],
  java: [
    `Exception in thread "main" java.lang.IllegalStateException: pool 7 is closed
\tat com.acme.Pool.take(Pool.java:40)
Caused by: java.sql.SQLException: Connection refused to host db1`,
    ['SQLException: Connection refused to host db1', 'IllegalStateException: pool # is closed'],
  ],
  'java without a message': [
    `java.lang.NullPointerException\n\tat com.acme.Pool.take(Pool.java:40)`,
    ['NullPointerException in Pool.take'],
  ],
  javac: ['src/Pool.java:12: error: cannot find symbol', ['error: cannot find symbol']],
  junit: ['[ERROR] PoolTest.closes:25 expected:<1> but was:<2>', ['junit PoolTest.closes']],
  gradle: ['PoolTest > closes FAILED', ['junit PoolTest > closes']],
  'go panic': [
    `panic: runtime error: index out of range [5] with length 3

goroutine 1 [running]:
main.main()
\t/home/a/x.go:9 +0x1d
exit status 2`,
    ['panic: runtime error: index out of range [#] with length #', 'exit 2'],
  ],
  'go test': [
    `--- FAIL: TestPool/closes_twice (0.03s)
    pool_test.go:31: got 2, want 1
FAIL\tgithub.com/acme/pool\t0.051s`,
    ['go TestPool/closes_twice'],
  ],
  'go compiler': ['./pool.go:12:3: undefined: takeAll', ['go: undefined: takeAll']],
  'rust panic': [
    `thread 'main' panicked at src/main.rs:4:5:
index out of bounds: the len is 3 but the index is 99
note: run with \`RUST_BACKTRACE=1\``,
    ['panic: index out of bounds: the len is # but the index is #'],
  ],
  'rust panic, older': [
    `thread 'pool::tests::a' panicked at 'called \`Option::unwrap()\` on a \`None\` value', src/pool.rs:9:14`,
    ["panic: called 'Option::unwrap()' on a 'None' value"],
  ],
  'rust compiler': [
    `error[E0425]: cannot find value \`colour\` in this scope
  --> src/main.rs:2:5
error: could not compile \`acme\` (bin "acme") due to 1 previous error`,
    ["E0425: cannot find value 'colour' in this scope"],
  ],
  'cargo test': ['test pool::tests::closes ... FAILED', ['cargo pool::tests::closes']],
  'c#': [
    `Unhandled exception. System.NullReferenceException: Object reference not set to an instance of an object.
   at Acme.Pool.Take() in C:\\src\\Pool.cs:line 12`,
    ['NullReferenceException: Object reference not set to an instance of an object'],
  ],
  'c# compiler': [
    "Pool.cs(12,5): error CS0103: The name 'x' does not exist in the current context [/src/Acme.csproj]",
    ["CS0103: The name 'x' does not exist in the current context"],
  ],
  ruby: [
    "app/pool.rb:3:in `take': undefined method `size' for nil:NilClass (NoMethodError)",
    ["NoMethodError: undefined method 'size' for nil:NilClass"],
  ],
  rspec: ['rspec ./spec/pool_spec.rb:12 # Pool closes once', ['rspec Pool closes once']],
  php: [
    'PHP Fatal error:  Uncaught TypeError: take(): Argument #1 must be of type int, string given in /srv/a.php:12',
    ['TypeError: take(): Argument # must be of type int, string given'],
  ],
  phpunit: ['1) Acme\\PoolTest::testCloses', ['phpunit Acme\\PoolTest::testCloses']],
  'c compiler': [
    "src/pool.c:12:5: error: use of undeclared identifier 'total'",
    ["error: use of undeclared identifier 'total'"],
  ],
  'c++ linker': ["main.o: undefined reference to `take(int)'", ["undefined reference to 'take(int)'"]],
  'c++ exception': [
    `terminate called after throwing an instance of 'std::out_of_range'
  what():  vector::_M_range_check: __n (which is 7) >= this->size() (which is 3)
Aborted (core dumped)`,
    ['out_of_range: vector::_M_range_check: __n (which is #) >= this->size() (which is #)', 'Aborted'],
  ],
  'c sanitizer': [
    '==4242==ERROR: AddressSanitizer: heap-use-after-free on address 0x602000000010 at pc 0x4f',
    ['AddressSanitizer: heap-use-after-free'],
  ],
  'c assertion': ["pool: pool.c:9: take: Assertion `n > 0' failed.", ['Assertion failed: n > #']],
  pytest: [
    `E       ValueError: bad colour 'reed'
FAILED tests/test_pool.py::TestPool::test_close[7-a] - ValueError: bad colour 'reed'`,
    ["ValueError: bad colour 'reed'", 'pytest tests/test_pool.py::TestPool::test_close'],
  ],
  unittest: ['FAIL: test_close (tests.test_pool.TestPool)', ['unittest tests.test_pool.TestPool.test_close']],
  jest: ['  ● Pool › closes once', ['jest Pool › closes once']],
  vitest: [' FAIL  src/pool.test.ts > Pool > closes once', ['vitest src/pool.test.ts > Pool > closes once']],
  'node:test': ['✖ closes once (12.3ms)', ['node closes once']],
  tap: ['not ok 3 - closes once', ['tap closes once']],
  shell: ['bash: line 1: poetry: command not found', ['poetry: command not found']],
  npm: ['npm ERR! Missing script: "tests"', ['npm: Missing script: "tests"']],
  make: ['make: *** [Makefile:12: all] Error 2', ['make: all']],
  exit: ['Process exited with code 137', ['exit 137']],
  killed: ['Killed', ['Killed']],
}

for (const [name, [output, expected]] of Object.entries(fixtures)) {
  test(`reads ${name}`, () => assert.deepEqual(errorSignatures(output), expected))
}

test('reads nothing from prose and from what went well', () => {
  for (const text of [
    '',
    'We should handle a TypeError here one day.',
    'Tests: 12 passed, 0 failed. Process exited with code 0',
    'error handling is described in the manual',
    'Fixed the exception: closes #12',
  ])
    assert.deepEqual(errorSignatures(text), [], text)
})

test('is the same for a second run on another machine', () => {
  const run = (home: string, line: number, address: string, at: string) => `${at} worker-${line} starts
Traceback (most recent call last):
  File "${home}/shop/pool.py", line ${line}, in take
PoolError: <Pool object at ${address}> closed after ${line}.5s in ${home}/shop/pool.py:${line}`
  const one = errorSignatures(run('/home/ann', 12, '0x7f3a', '2026-01-02 10:00:01'))
  assert.deepEqual(one, errorSignatures(run('/Users/bob/work', 907, '0xdeadbeef', '2025-11-30 23:59:59')))
  assert.deepEqual(one, ['PoolError: <Pool object at <address>> closed after # in pool.py'])
})

test('is the same in whatever order threads print, coloured or not', () => {
  const lines = Object.values(fixtures)
    .map(([output]) => output)
    .filter((output) => !output.includes('\n'))
  const expected = errorSignatures(lines.join('\n'))
  assert.equal(expected.length, mostSignatures)
  fc.assert(
    fc.property(fc.shuffledSubarray(lines, { minLength: lines.length }), (shuffled) => {
      assert.deepEqual(
        errorSignatures(shuffled.map((line) => `\x1b[31m${line}\x1b[0m\r`).join('\n')),
        expected,
      )
    }),
    { numRuns: 30 },
  )
})

test('takes any text: few, short, never empty, and quickly', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 400, unit: 'binary' }), (text) => {
      const found = errorSignatures(text)
      assert.ok(found.length <= mostSignatures)
      for (const one of found) assert.ok(one.length > 0 && one.length <= 400)
    }),
  )
  const start = performance.now()
  errorSignatures('  at a.b.c.d ( aaaa.aaaa/aaaa'.repeat(60).concat('\n').repeat(2_000))
  assert.ok(performance.now() - start < 2_000)
})

test('keeps identifiers and drops values', () => {
  assert.equal(
    normaliseMessage('utf8 int32 at 12:30:01, took 3.4ms, id 9f86d081884c7d65, /opt/x/y/main.rs:4:5'),
    'utf8 int32 at #, took #, id <id>, main.rs',
  )
})
