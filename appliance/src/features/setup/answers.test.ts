import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fileFolder } from '../../../../test/support/test-folder.ts';
import { failureOf } from '../../../test/support/engines.ts';
import { parseAnswers, readAnswers } from './answers.ts';
import { listeningInodes } from './check.ts';
import { inputChains } from './firewall.ts';

const folder = fileFolder('answers');

describe('answers to setup', () => {
  it('are names and values, with remarks and empty lines between', () => {
    const text = '# plant 7\nsite = plant-7\n\naddress = a.example 10.0.0.5\n clock = confirmed\nfirewall=yes\n';
    expect(parseAnswers(text)).toEqual({
      site: 'plant-7',
      address: 'a.example 10.0.0.5',
      clock: 'confirmed',
      firewall: 'yes',
    });
  });

  it.each([
    ['recovery-key = 1f2e', 'recovery-key is not known'],
    ['site', 'is not: name = value'],
    ['site =', 'is not: name = value'],
    ['port = 1\nport = 2', 'stands there twice'],
    ['clock = yes', 'clock in the answers is: confirmed'],
    ['firewall = ufw', 'yes or no'],
  ])('%s is refused with the reason', (text, reason) => {
    const refused = failureOf(() => parseAnswers(text));
    expect(refused).toMatchObject({ code: 'USAGE', message: expect.stringContaining(reason) as string });
  });

  it('are read from a file that is closed to others alone', () => {
    const path = join(folder, 'answers');
    writeFileSync(path, 'site = plant-7\n', { mode: 0o600 });
    expect(readAnswers(path)).toEqual({ site: 'plant-7' });
    chmodSync(path, 0o640);
    expect(failureOf(() => readAnswers(path)).message).toContain('chmod 600');
    expect(failureOf(() => readAnswers(join(folder, 'none'))).code).toBe('USAGE');
  });
});

describe('the rules of nft', () => {
  const rules = (more: string): string =>
    `table inet filter {\n\tchain input {\n\t\ttype filter hook input priority filter; policy drop;\n${more}\t}\n\n\tchain forward {\n\t\ttype filter hook forward priority filter; policy drop;\n\t}\n}\n`;

  it('close a port where what comes in is dropped, and open it where a rule takes it', () => {
    expect(inputChains(rules(''), 443)).toEqual([
      { family: 'inet', table: 'filter', chain: 'input', isDropping: true, opens: false },
    ]);
    expect(inputChains(rules('\t\ttcp dport { 22, 443 } accept\n'), 443)[0]).toMatchObject({ opens: true });
    expect(inputChains(rules('\t\ttcp dport 443 accept\n'), 443)[0]).toMatchObject({ opens: true });
    expect(inputChains(rules('\t\ttcp dport 4430 accept\n'), 443)[0]).toMatchObject({ opens: false });
    expect(inputChains('', 443)).toEqual([]);
  });
});

describe('the table of sockets', () => {
  const head = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
  const row = (port: string, state: string, inode: number): string =>
    `   0: 00000000:${port} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000     0        0 ${inode} 1 0 100\n`;

  it('names what listens on a port, and no connection to or from it', () => {
    const table = head + row('01BB', '0A', 77) + row('01BB', '01', 78) + row('1F90', '0A', 79);
    expect(listeningInodes(table, 443)).toEqual(['77']);
    expect(listeningInodes(table, 8080)).toEqual(['79']);
    expect(listeningInodes(table, 444)).toEqual([]);
  });
});
