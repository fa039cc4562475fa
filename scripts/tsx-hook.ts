import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import { transformSync } from 'rolldown/utils';

// Loaded before a program that runs from its sources: Node strips types of .ts by itself, but does not read .tsx.

registerHooks({
  load(url, context, nextLoad) {
    // The runner of tests puts a query behind the name of a file of tests.
    const [bare = ''] = url.split('?');
    if (!bare.endsWith('.tsx')) return nextLoad(url, context);
    const path = fileURLToPath(bare);
    const { code, errors } = transformSync(path, readFileSync(path, 'utf8'), {
      jsx: { runtime: 'automatic', importSource: 'hono/jsx' },
    });
    const [error] = errors;
    if (error !== undefined) throw new Error(`${path}: ${error.message}`);
    return { format: 'module', source: code, shortCircuit: true };
  },
});
