export const eventTypes = {} as const;
