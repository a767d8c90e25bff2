/** The parts of `casebook bench memory`: named here so that the command line can be read without loading them. */

export const memoryParts = ['state', 'gates', 'pairs', 'anchors', 'secrets', 'speed'] as const
export type MemoryPart = (typeof memoryParts)[number]
