import { isIP } from 'node:net';
import { join } from 'node:path';
import { nowMs, toTime } from '@sallyport/bundle-tools/platform/ambient';
import { ensureDir, writeFileDurable } from '@sallyport/bundle-tools/platform/files';
import { siteFingerprint } from '@sallyport/bundle-tools/protocol/site';
import type { Appliance } from '../compose.ts';
import { newTokenSecret, tokenHash } from '../features/devices/service.ts';
import { AppError } from '../platform/errors.ts';
import { cliActor } from './actor.ts';
import type { Command } from './command.ts';

const unitMs: Readonly<Record<string, number>> = { h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 };

/** `12h`, `7d`, `2w`. */
const parseLifeMs = (text: string): number => {
  const match = /^([1-9]\d{0,3})([hdw])$/.exec(text);
  if (match === null) throw new AppError('USAGE', `not a time span like 12h, 7d or 2w: ${text}`);
  return Number(match[1]) * (unitMs[match[2] ?? ''] ?? 0);
};

const parseUses = (text: string): number => {
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new AppError('USAGE', `not a number of uses: ${text}`);
  return Number(text);
};

const oneOf = <T extends string>(text: string, options: readonly T[], name: string): T => {
  const found = options.find((option) => option === text);
  if (found === undefined) throw new AppError('USAGE', `--${name} is one of ${options.join(', ')}`);
  return found;
};

/** A group by id or by its exact name. */
const findGroup = ({ objects }: Appliance, wanted: string): string => {
  const found = objects.find('group', wanted) ?? objects.findBy('group', 'name', wanted);
  if (found === undefined) throw new AppError('NOT_FOUND', `no such group: ${wanted}`);
  return found.id;
};

/** An address that agents elsewhere can use: a name, else an address that is not loopback. */
const serverAddress = ({ config }: Appliance): string => {
  const isLoopback = (address: string): boolean =>
    address === 'localhost' || address === '::1' || address.startsWith('127.');
  const usable = config.addresses.filter((address) => !isLoopback(address));
  const host = usable.find((address) => isIP(address) === 4) ?? usable[0] ?? config.addresses[0] ?? 'localhost';
  return `https://${isIP(host) === 6 ? `[${host}]` : host}:${config.listen.port}`;
};

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

export const command: Command = {
  summary: 'an enrolment token with the CA, the secret and a ready enrol command',
  options: {
    for: { type: 'string', value: 'agent', help: 'which client it lets in', required: true },
    out: {
      type: 'string',
      value: 'DIR',
      help: 'where ca.pem, secret and the enrol command are written',
      required: true,
    },
    group: { type: 'string', value: 'G', help: 'the group that its devices come into (id or name)' },
    uses: { type: 'string', value: 'N', help: 'how many new devices it lets in (no limit)' },
    expires: { type: 'string', value: '7d', help: 'how long it lets new devices in (no end)' },
    approve: { type: 'string', value: 'manual|auto', help: 'whether an administrator approves each device (manual)' },
    server: { type: 'string', value: 'URL', help: 'the address in the enrol command' },
    name: { type: 'string', value: 'NAME', help: 'what the token is called in lists' },
  },
  example: 'sallyport token create --for agent --uses 20 --expires 7d --out ./line-3',
  run: async ({ open, out, text }) => {
    oneOf(text('for') ?? '', ['agent'], 'for');
    const approve = oneOf(text('approve') ?? 'manual', ['manual', 'auto'], 'approve');
    const uses = text('uses');
    const expires = text('expires');
    const lifeMs = expires === undefined ? undefined : parseLifeMs(expires);
    const appliance = await open();
    const root = appliance.trustFiles.root();
    // The fingerprint covers the trust root, so an agent could not enrol before there is one.
    if (root === null)
      throw new AppError('NO_ROOT', 'the site has no trust root yet; run: sallyport trust import FILE');
    const group = text('group');
    const secret = newTokenSecret();
    const token = appliance.objects.create(cliActor(), 'token', {
      name: text('name') ?? `agents ${toTime(nowMs())}`,
      purpose: 'agent',
      hash: tokenHash(secret),
      approve,
      ...(group === undefined ? {} : { group: findGroup(appliance, group) }),
      ...(uses === undefined ? {} : { uses: parseUses(uses) }),
      ...(lifeMs === undefined ? {} : { expiresAt: toTime(nowMs() + lifeMs) }),
    });
    const folder = text('out') ?? '.';
    const fingerprint = siteFingerprint(appliance.ca.certificateDer, root);
    const server = text('server') ?? serverAddress(appliance);
    const paths = { ca: join(folder, 'ca.pem'), secret: join(folder, 'secret'), enrol: join(folder, 'enrol.txt') };
    const enrol = `sallyport-agent enrol --server ${quote(server)} --token-file ${quote(paths.secret)} --fingerprint ${fingerprint}`;
    ensureDir(folder, 0o700);
    writeFileDurable(paths.ca, appliance.ca.certificatePem);
    writeFileDurable(paths.secret, `${secret}\n`, 0o600);
    writeFileDurable(paths.enrol, `${enrol}\n`);
    out.line(enrol);
    out.note(
      `token ${token.id}; compare the fingerprint on the device with: ${fingerprint.replace(/(.{4})(?=.)/g, '$1 ')}`,
    );
    out.result({ id: token.id, server, fingerprint, approve, ca: paths.ca, secretFile: paths.secret, enrol });
    return 0;
  },
};
