export const provision = {} as const;
