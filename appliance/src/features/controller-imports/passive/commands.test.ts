import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isControllerService } from '@sallyport/bundle-tools/controllers/controller-ports';
import { words } from '@sallyport/ui/controller-imports/words';
import { protocolName } from '@sallyport/ui/controller-source';
import { describe, expect, it } from 'vitest';
import { repositoryRoot } from '../../../../../test/support/sources.ts';
import { CAPTURE_PROTOCOLS, CONTROL_COMMANDS } from '../pcap/types.ts';
import { passiveProtocols } from './all-protocols.ts';

const page = readFileSync(join(repositoryRoot, 'docs/captures.md'), 'utf8');

describe('what traffic does to a controller', () => {
  it('has words in three languages, and no words are left over', () => {
    const columns = new Set(['what', 'detail', 'to', 'from', 'first', 'count']);
    const named = Object.keys(words)
      .filter((key) => key.startsWith('imports.control.'))
      .map((key) => key.slice('imports.control.'.length))
      .filter((key) => !columns.has(key));
    expect(named.sort()).toEqual([...CONTROL_COMMANDS].sort());
  });

  it('stands in the table of docs/captures.md, and nothing else does', () => {
    const commands = page.slice(page.indexOf('## Commands'), page.indexOf('## What is not read'));
    const named = [...commands.matchAll(/`([a-z0-9]+-[a-z0-9-]+)`/g)].map(([, name = '']) => name);
    expect(named.sort()).toEqual([...CONTROL_COMMANDS].sort());
  });
});

describe('protocols that are read by ear', () => {
  it('are those of the table of docs/captures.md, by the names that pages show', () => {
    const devices = page.slice(page.indexOf('## Devices'), page.indexOf('## Commands'));
    const named = devices
      .split('\n')
      .filter((line) => line.startsWith('| ') && !line.startsWith('| protocol '))
      .map((line) => line.slice(2).split(/ \||,/)[0]);
    expect(new Set(named)).toEqual(new Set(CAPTURE_PROTOCOLS.map(protocolName)));
  });

  it('have their ports in the table of docs/captures.md', () => {
    const devices = page.slice(page.indexOf('## Devices'), page.indexOf('## Commands'));
    for (const { protocol, tcp = [], udp = [] } of passiveProtocols)
      for (const port of new Set([...tcp, ...udp]))
        expect([
          protocol,
          port,
          devices.includes(` ${port}`) || (port === 5_001 && devices.includes('5000 to 5002')),
        ]).toEqual([protocol, port, true]);
  });

  it('have ports that lead to nothing else, but for those that computers have as well', () => {
    const ports = passiveProtocols.flatMap(({ protocol, tcp = [], udp = [] }) =>
      [...tcp, ...udp].map((port) => [protocol, port] as const),
    );
    expect(ports.filter(([, port]) => !isControllerService(port))).toEqual([
      ['snmp', 161],
      // That of the first program that a Windows gives one.
      ['melsec', 1_025],
      ['melsec', 1_025],
    ]);
  });
});
