import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ChapterName, chapterNames } from '@sallyport/ui/help/chapters';
import { parseMarkdown } from '@sallyport/ui/help/markdown';
import { shellBlocks } from '../support/shell-blocks.ts';
import { repositoryRoot } from '../support/sources.ts';

// The commands of the help and of the two documents beside it, in the order in which a person meets them.

/** A line as it stands there, and where. */
export type HelpLine = { place: string; line: string };

const ofChapter = (name: ChapterName): string[] =>
  parseMarkdown(readFileSync(join(repositoryRoot, 'ui/help/en', `${name}.md`), 'utf8')).flatMap((block) =>
    block.kind === 'code' && block.language === 'sh' ? block.text.split('\n') : [],
  );

const ofDocument = (document: string): string[] => shellBlocks(document).flatMap((block) => block.split('\n'));

/** Every line, without remarks. */
export const helpLines = (): HelpLine[] =>
  [
    ...chapterNames.map((name) => [`help/${name}`, ofChapter(name)] as const),
    ...['docs/operations.md', 'docs/agent.md'].map((path) => [path, ofDocument(path)] as const),
  ].flatMap(([place, lines]) =>
    lines.flatMap((text) => {
      const line = text.replace(/\s+#.*$/, '').trim();
      return line === '' ? [] : [{ place, line }];
    }),
  );

/** Beginnings of lines that no run of one machine can have, with the reason or with what runs each. */
const notOnOneMachine: Readonly<Record<string, string>> = {
  'sallyport upgrade': 'takes the next release: make release-test PARTS=upgrades',
  'sallyport release rollback': 'the same',
  'sallyport-agent enrol --again': 'takes a certificate that ended: test/integration/agent-again.test.ts',
  'sallyport device approve "$DEVICE" --key': 'the same',
  'sallyport query run': 'takes a device with osquery: test/integration/osquery-queries.test.ts',
  'sallyport baseline approve': 'takes a device of that name: test/integration/device-commands.test.ts',
  'sallyport baseline show': 'the same: appliance/src/cli/inventory-commands.test.ts',
  'sallyport deviation accept': 'takes a deviation: appliance/src/cli/inventory-commands.test.ts',
  'sallyport device move': 'takes two persons: test/integration/agent-move.test.ts',
  'sallyport device agree-move': 'the same',
  'sallyport rollback acknowledge': 'takes two persons: test/integration/two-persons.test.ts',
  'sallyport rollback token ID': 'takes two persons: test/integration/two-persons.test.ts',
  'sallyport patch import-approvals': 'takes patches: appliance/src/cli/patches.test.ts',
  'sallyport-bundle evidence verify': 'takes patches: appliance/src/cli/patches.test.ts',
  'sallyport-bundle custody': 'takes a bundle with another name: test/integration/custody.test.ts',
  'sallyport agent packages take': 'takes the file of a whole release: make release-test PARTS=installation',
  'sallyport agent look': 'takes another computer with SSH: test/interop/agent-push.test.ts',
  'sallyport agent push': 'the same',
};

/** The entry of a line, if there is one. */
export const reasonFor = (line: string): string | undefined =>
  Object.entries(notOnOneMachine).find(([beginning]) => line === beginning || line.startsWith(`${beginning} `))?.[1];
