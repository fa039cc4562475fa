export const exchangeImport = {} as const;
