export const vulnerabilities = {} as const;
