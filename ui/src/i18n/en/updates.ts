export const updates = {} as const;
