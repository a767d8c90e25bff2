/** The names of our language model providers, as package.json contributes them. */

export const ownVendor = 'casebook'

/** Of a model that is none: offered where no other is, see `chat/no-model.ts`. */
export const noModelVendor = 'casebook-memory'
