import { defineConfig } from 'vitest/config';

// The tests that judge a mutant: fast ones that need no other process. SALLYPORT_MUTATED names the folder.

const conformance = 'bundle-tools/test/conformance-*.test.ts';
const documents = 'bundle-tools/src/documents/*.test.ts';

const suites: Record<string, string[]> = {
  trust: [
    'bundle-tools/src/trust/*.test.ts',
    conformance,
    'bundle-tools/test/attack-trust.test.ts',
    'bundle-tools/src/host/ceremony.test.ts',
  ],
  documents: [documents, 'bundle-tools/test/documents-*.test.ts'],
  archive: ['bundle-tools/src/archive/*.test.ts', 'bundle-tools/test/archive-*.test.ts'],
};

export default defineConfig({
  resolve: { conditions: ['@sallyport/source'] },
  ssr: { resolve: { conditions: ['@sallyport/source'], externalConditions: ['@sallyport/source'] } },
  test: {
    include: suites[process.env['SALLYPORT_MUTATED'] ?? ''] ?? [],
    exclude: ['**/node_modules/**', 'bundle-tools/test/conformance-verdicts.test.ts'],
    testTimeout: 60_000,
  },
});
