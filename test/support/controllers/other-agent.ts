import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../sources.ts';

// An agent of another version: the built one, some words of which are others while it is loaded.

const changes = {
  /** Another function than the one that was approved. */
  bytes: [/43,\s*14,\s*code/g, '43, 13, code'],
  /** Nothing is compared before it leaves. */
  comparison: [/return place < 0 \? void 0 : place;/g, 'return 0;'],
  /** Whatever the server says is a permit. */
  permit: [
    /return answer\?\.success === true \? answer\.data : \{/g,
    'return answer !== null ? { go: true, permit: crypto.randomUUID().replaceAll("-", "") } : {',
  ],
} as const;

export type OtherAgent = keyof typeof changes;

const builtAgent = (): string => {
  const program = join(repositoryRoot, 'agent/program');
  return readdirSync(program, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.js'))
    .map((file) => readFileSync(join(program, file), 'utf8'))
    .join('\n');
};

/** Arguments of Node.js for it. Throws where the built agent has no such words: it would be the same agent, and prove nothing. */
export const otherAgent = (...kinds: OtherAgent[]): string[] => {
  const built = builtAgent();
  const missing = kinds.filter((kind) => built.search(changes[kind][0]) < 0);
  if (missing.length > 0) throw new Error(`the built agent has other words for: ${missing.join(', ')}`);
  const code = `
    import { registerHooks } from 'node:module';
    const changes = [${kinds.map((kind) => `[${String(changes[kind][0])}, ${JSON.stringify(changes[kind][1])}]`).join(', ')}];
    registerHooks({
      load(url, context, next) {
        const loaded = next(url, context);
        if (!url.includes('/agent/program/')) return loaded;
        const source = changes.reduce((text, [from, to]) => text.replace(from, to), String(loaded.source));
        return { ...loaded, source };
      },
    });`;
  return ['--import', `data:text/javascript,${encodeURIComponent(code)}`];
};
