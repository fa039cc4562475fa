import { type HostRegisterEntry, hostRegister } from '../host/register.ts';
import type { Command } from './command.ts';
import { stateOf, stateOption } from './state-option.ts';

// The data register of the connected host: what its state holds, and what of it leaves by which way.

const ways = { bundle: 'in bundles', source: 'to sources', person: 'a person can carry it away' } as const;

const linesOf = ({ row, name, ...entry }: HostRegisterEntry): string[] => [
  `${row.padEnd(4)} ${name}: ${entry.title}; ${entry.count} files, ${entry.bytes} bytes`,
  `       from     ${entry.source}`,
  `       for      ${entry.purpose}`,
  `       kept     ${entry.kept}`,
  `       personal ${entry.personal}; protected: ${entry.protection.join(', ')}`,
  `       leaves   ${entry.leaves.length === 0 ? 'no' : entry.leaves.map(({ by, what }) => `${ways[by]}: ${what}`).join('; ')}`,
];

/** `sallyport-bundle provision show` */
export const provisionShow: Command = {
  usage: 'provision show --state DIR',
  example: 'provision show --state /var/lib/sallyport-host',
  options: { state: stateOption },
  run: async (input) => {
    const { entries, undeclared } = hostRegister(stateOf(input));
    return { json: { entries, undeclared }, text: entries.flatMap(linesOf) };
  },
};

/** `sallyport-bundle provision check`: ends with 1 where a file has no entry. */
export const provisionCheck: Command = {
  usage: 'provision check --state DIR',
  example: 'provision check --state /var/lib/sallyport-host',
  options: { state: stateOption },
  run: async (input) => {
    const { entries, undeclared } = hostRegister(stateOf(input));
    const isWhole = undeclared.length === 0;
    input.io.note(
      isWhole
        ? `every file belongs to one of ${entries.length} entries`
        : `${undeclared.length} files that no entry of the register names: move them away; no command of this host wrote them`,
    );
    return {
      json: { entries: entries.length, undeclared },
      text: undeclared.map((path) => `file ${path}`),
      ...(isWhole ? {} : { exit: 1 }),
    };
  },
};
