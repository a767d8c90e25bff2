/** The name of our language model provider, as package.json contributes it. */

export const ownVendor = 'casebook'
