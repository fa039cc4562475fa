import { existsSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

// The tests that judge mutants of one source, named by SALLYPORT_MUTATED (`trust/core`): its own, and where its rules
// are laid down elsewhere, those too. Fewer tests can only let more mutants live, so a score is never too high.

const more: Record<string, string[]> = {
  'trust/core': ['src/trust/repository.test.ts', 'test/conformance-*.test.ts'],
  'trust/hash': ['src/trust/keys.test.ts', 'src/trust/passed-roots.test.ts'],
  'documents/bitmap': ['src/documents/digests.test.ts'],
  'documents/canonical-json': ['src/trust/repository.test.ts'],
  'documents/custody': ['src/documents/request.test.ts', 'src/documents/custody-chain.test.ts'],
  'documents/receipt': ['src/documents/request.test.ts', 'src/documents/custody-chain.test.ts'],
  'documents/site-card': ['src/documents/request.test.ts'],
  'archive/byte-stream': ['src/archive/sources.test.ts'],
  'archive/folder-source': ['src/archive/sources.test.ts'],
  'archive/ring-hash': ['src/archive/sources.test.ts'],
  'archive/source': ['src/archive/sources.test.ts'],
  'archive/tar-source': ['src/archive/sources.test.ts'],
};

const name = process.env['SALLYPORT_MUTATED'] ?? '';
const own = `src/${name}.test.ts`;
const fields = name.startsWith('documents/') ? ['test/document-bounds.test.ts', 'test/document-signing.test.ts'] : [];
const include = [...(existsSync(`bundle-tools/${own}`) ? [own] : []), ...fields, ...(more[name] ?? [])];

export default defineConfig({
  resolve: { conditions: ['@sallyport/source'] },
  ssr: { resolve: { conditions: ['@sallyport/source'], externalConditions: ['@sallyport/source'] } },
  test: {
    include: [...new Set(include)].map((path) => `bundle-tools/${path}`),
    exclude: ['**/node_modules/**', 'bundle-tools/test/conformance-verdicts.test.ts'],
    setupFiles: ['test/support/laws.ts'],
    testTimeout: 60_000,
  },
});
