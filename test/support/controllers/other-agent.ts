// An agent of another version: the built one, some words of which are others while it is loaded.

const changes = {
  /** Another function than the one that was approved. */
  bytes: [/43,\s*14,\s*code/g, '43, 13, code'],
  /** Nothing is compared before it leaves. */
  comparison: [/return place < 0 \? void 0 : place;/g, 'return 0;'],
  /** Whatever the server says is a permit. */
  permit: [
    /return said\?\.success === true \? said\.data : \{/g,
    'return said !== null ? { go: true, permit: crypto.randomUUID().replaceAll("-", "") } : {',
  ],
} as const;

export type OtherAgent = keyof typeof changes;

/** Arguments of Node.js for it. */
export const otherAgent = (...kinds: OtherAgent[]): string[] => {
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
