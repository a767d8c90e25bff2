import assert from 'node:assert/strict'
import { test } from 'node:test'
import { roleOf } from '../../src/memory/code/trees.ts'

const expected: Record<string, string[]> = {
  source: [
    'src/_pytest/python.py',
    'django/test/client.py',
    'sympy/external/importtools.py',
    'gson/src/main/java/com/google/gson/Gson.java',
    'packages/runtime-core/src/apiCreateApp.ts',
    'crates/core/main.rs',
    'src/tools/format.go',
  ],
  test: [
    'testing/test_collection.py',
    'tests/roots/conf.py',
    'xarray/tests/test_dataset.py',
    'gson/src/test/java/com/google/gson/GsonTest.java',
    'packages/reactivity/__tests__/ref.spec.ts',
    'context_test.go',
    'spec/base_spec.rb',
  ],
  docs: ['doc/usage/intro.rst', 'README.md', 'CHANGES', 'docs/conf.py'],
  example: [
    'examples/tutorial/app.py',
    'asv_bench/benchmarks/io.py',
    'tools/release.py',
    '.github/workflows/ci.yml',
  ],
  vendored: ['requests/packages/urllib3/util.py', 'vendor/decNumber/decNumber.c', 'sklearn/externals/six.py'],
  generated: ['dist/app.js', 'static/jquery.min.js', 'api/service.pb.go'],
  data: ['package.json', 'Makefile', 'styles/main.css'],
}

for (const [role, paths] of Object.entries(expected)) {
  test(`knows ${role} files by their paths`, () => {
    for (const path of paths) assert.equal(roleOf(path), role, path)
  })
}
