/** What is never read, and why: secret-bearing names, binary formats. Pure. */

import { isSecretPath } from '../secret-names.ts'
import type { ExclusionReason } from '../types.ts'

const binaryExtensions = new Set(
  (
    'png jpg jpeg gif bmp ico webp avif tif tiff psd ai eps pdf zip gz tgz bz2 xz zst 7z rar tar jar war ear ' +
    'class pyc pyo so o a dylib dll exe bin dat db sqlite sqlite3 wasm node mp3 mp4 m4a ogg oga ogv wav flac avi ' +
    'mov mkv webm woff woff2 ttf otf eot npy npz pkl pickle h5 hdf5 nc parquet feather arrow onnx pt pth mo gmo ' +
    'dmg iso deb rpm apk ipa swf doc docx xls xlsx ppt pptx odt ods odp lib pdb idx pack inv'
  ).split(' '),
)

/** Judges a path without reading it; undefined when it may be read. */
export function excludedByPath(path: string): ExclusionReason | undefined {
  if (isSecretPath(path)) return 'secret'
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase()
  const dot = name.lastIndexOf('.')
  if (dot > 0 && binaryExtensions.has(name.slice(dot + 1))) return 'binary'
  return undefined
}

/** How git decides that content is binary: a NUL within the first 8,000 bytes (xdiff-interface.c). */
const sniffed = 8_000

/** Judges content that was read; undefined when it is text. */
export function excludedByContent(bytes: Buffer, maxFileSize: number): ExclusionReason | undefined {
  if (bytes.length > maxFileSize) return 'too-large'
  if (bytes.subarray(0, sniffed).includes(0) && !isUtf16(bytes)) return 'binary'
  if (bytes.subarray(0, 200).toString('latin1').includes('PRIVATE KEY-----')) return 'secret'
  return undefined
}

/** A byte-order mark of UTF-16: text for people although it holds NULs. */
export function isUtf16(bytes: Uint8Array): boolean {
  return (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)
}
