export const deployments = {} as const;
