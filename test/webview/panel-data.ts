/** What a service tells of a middling Python repository, with hostile strings where stored text comes from. */

import type { Hit, PanelState, RootStatus, SearchReply } from '../../src/protocol.ts'

export const hostile = '<img src=x onerror="document.title=\'owned\'"><script>document.title="owned"</script>'

export const idleRoot: RootStatus = {
  root: '/home/ann/work/xarray',
  name: 'xarray',
  state: { kind: 'idle' },
  progress: null,
  files: 1_604,
  indexedFiles: 1_604,
  excludedFiles: 37,
  chunks: 18_211,
  symbols: 21_934,
  commits: 6_912,
  languages: [
    { language: 'python', files: 1_310 },
    { language: 'text', files: 214 },
    { language: 'bash', files: 12 },
    { language: 'javascript', files: 9 },
    { language: 'c', files: 3 },
  ],
  head: '4fd9c52b9f1d8a1f1f7c4a1b7d3c5e9a0b2d4f68',
  branch: 'main',
  lastRun: { at: Date.now() - 130_000, reason: 'git changed: HEAD moved', seconds: 0.41, parsed: 12 },
  lastError: null,
  notices: [],
}

export const indexingRoot: RootStatus = {
  ...idleRoot,
  state: { kind: 'indexing', reason: 'first index of this repository' },
  progress: {
    phase: 'parse',
    done: 545,
    total: 1_604,
    rate: 212,
    etaSeconds: 5,
    current: 'xarray/core/dataset.py',
  },
  indexedFiles: 545,
  symbols: 8_120,
  commits: 0,
  lastRun: null,
}

export const failedRoot: RootStatus = {
  ...idleRoot,
  root: '/home/ann/work/plots',
  name: 'plots',
  branch: 'fix/legend-title',
  state: {
    kind: 'failed',
    message: 'There is no space left on the disk.',
    remedy: 'Free some space and choose Rebuild.',
  },
}

export function ready(...roots: RootStatus[]): PanelState {
  return { access: 'ready', service: 'running', roots, problems: [] }
}

export const hits: Hit[] = [
  {
    type: 'chunk',
    root: idleRoot.root,
    path: 'xarray/core/dataset.py',
    span: { startLine: 2_210, endLine: 2_268 },
    name: 'Dataset.interp_like',
    kind: 'definition',
    score: 0.0489,
    preview:
      'def interp_like(\n    self,\n    other: Union["Dataset", "DataArray"],\n    method: str = "linear",\n    assume_sorted: bool = False,',
    explain: [
      { channel: 'names', rank: 1, score: 21.4, contribution: 0.0164, detail: 'interp_like' },
      { channel: 'code', rank: 2, score: 12.1, contribution: 0.0161 },
      { channel: 'vectors', rank: 1, score: 0.71, contribution: 0.0164 },
      { channel: 'recent edits', rank: null, score: 0.2, contribution: 0.001 },
    ],
  },
  {
    type: 'chunk',
    root: idleRoot.root,
    path: 'xarray/core/missing.py',
    span: { startLine: 101, endLine: 133 },
    name: '',
    kind: 'window',
    score: 0.031,
    preview: hostile,
    explain: [{ channel: 'prose', rank: 4, score: 5.2, contribution: 0.0156, detail: hostile }],
  },
  {
    type: 'commit',
    root: idleRoot.root,
    sha: '1f3f2d7a9be04c0e8a1b2c3d4e5f60718293a4b5',
    time: 1_571_000_000,
    subject: `Fix interp_like for a dimension without coordinates ${hostile}`,
    files: ['xarray/core/dataset.py'],
    score: 0.0155,
    explain: [{ channel: 'commits', rank: 1, score: 8.8, contribution: 0.0155 }],
  },
]

export const found: SearchReply = { hits, coverage: 1, milliseconds: 14 }
export const foundSoFar: SearchReply = { hits: hits.slice(0, 1), coverage: 0.345, milliseconds: 9 }
export const foundNothing: SearchReply = {
  hits: [],
  nothingFound: 'Nothing found: “frobnicate_quux” occurs nowhere in the code.',
  coverage: 1,
  milliseconds: 3,
}
