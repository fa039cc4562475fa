/** Sections of an export of diagnostics, in the order in which they stand in the file. */
export const DIAGNOSTIC_SECTIONS = ['system', 'settings', 'health', 'doctor', 'jobs', 'events', 'backups'] as const;
export type DiagnosticSection = (typeof DIAGNOSTIC_SECTIONS)[number];
